"""The append-only ledger and the evidence blobs; the only room that writes either."""
