"""The memory: canonical bytes, Merkle tree, signed heads, envelopes, attestations; no clock is read."""
