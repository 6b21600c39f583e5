"""Pages around the API: sign-in, the first set-up, the home board."""
