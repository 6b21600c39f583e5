"""Samples of test reports, each a story: what stands in the file, and what it means."""
