"""Work in the background: one enqueue, one sweep, two engines."""
