"""What a letter says: words, mentions, kinds of letters, by language."""
