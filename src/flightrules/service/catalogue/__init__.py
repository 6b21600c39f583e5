"""Products, their environments and the rulebooks they have adopted."""
