"""The statement of interest: its rows, words, pages and spreadsheet."""
