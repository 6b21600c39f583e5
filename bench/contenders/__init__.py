"""The contenders, by kind of evidence: floors, peers and ours."""
