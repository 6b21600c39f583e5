"""Who is told what, and when: an outbox that is written with the change itself."""
