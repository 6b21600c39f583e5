"""Work in the background: what is due stands in domain rows; this room sees that somebody does it."""
