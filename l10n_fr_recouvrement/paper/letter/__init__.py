"""A letter: the facts that it is about, gathered from records, and the values that its
template prints, worded from them."""
