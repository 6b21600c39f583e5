"""The command line: one file for each verb; results on stdout, everything else on stderr."""
