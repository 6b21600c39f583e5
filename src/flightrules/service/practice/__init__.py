"""Practice: what a team's own history says about how it decides."""
