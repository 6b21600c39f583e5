"""Who is told what, and when: messages written beside the change they tell of, delivered later, once."""
