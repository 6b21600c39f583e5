"""The demo: a made-up shop with three releases, each taken to its decision by ordinary acts."""
