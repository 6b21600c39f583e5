"""Faults of the ledger; classes that evidence shares with it (E_EMPTY, E_MALFORMED ...) stand there."""

from __future__ import annotations

from flightrules.errors.code import Code

__all__ = ["LEDGER_CODES"]

# fmt: off
LEDGER_CODES: tuple[Code, ...] = (
    Code("E_ALG", "the signature algorithm is not accepted", "A record is only as strong as the weakest algorithm that is accepted; the key decides it, never the file.", "Use an Ed25519 key; `flightrules keygen` makes one."),
    Code("E_KEY", "the key cannot be used", "It is damaged, protected, of the wrong half, weak or revoked.", "Name the right key file; `flightrules keygen` makes a new pair."),
    Code("E_UNSEALED", "the case file has no seal", "What only adds to its entries could have been taken out on the way, and nothing would show it.", "Export the case file again; a file that an earlier version wrote is verified with `--unsealed`."),
    Code("E_CASE_TOO_LARGE", "the case file would be larger than one that can be verified", "Whoever verifies bounds what they read, so a larger file would prove nothing.", "Export the releases one by one instead of the product, and bring large evidence in parts."),
    Code("E_SIGNATURE", "too few valid signatures", "The bytes were changed after signing, or other keys signed them.", "Fetch the record again from where it was written, and check which key signed it."),
    Code("E_DIGEST", "a digest differs from the recorded one", "The file at hand is not the one that the verdict was given on.", "Compare with the file that the record names."),
    Code("E_ALTERED", "the file is not byte for byte as it was written", "Something outside the signed part was changed; the signed part still holds.", "Fetch the record again; do not reformat it."),
    Code("E_NOT_CANONICAL", "a value has no canonical form", "Floating-point numbers and integers beyond 2^53 are read differently by different programs, so their digest would prove nothing.", "Record the number as text."),
    Code("E_PROOF", "a Merkle proof does not hold", "The entry is not in the tree with this root, or the tree was not only appended to.", "Ask for the proof again for exactly these sizes and roots."),
    Code("E_ORIGIN", "the ledger is another one", "A signed head counts only for the ledger that it names.", "Name the ledger's own origin and key."),
    Code("E_ANCHOR", "the ledger is shorter than a head that was signed for it", "Entries at its end were removed.", "Restore the ledger; keep the signed head as proof."),
    Code("E_ARCHIVE", "the archive is no case file", "A case file is a zip of known members; anything else in it could be made to mislead whoever unpacks it.", "Export it again with `flightrules ledger export`, and do not repack it."),
    Code("E_ENTRY", "an entry of the ledger was changed", "Its bytes, its hash, its columns and its neighbours no longer say the same.", "Restore the ledger from a backup; keep the changed one as proof."),
    Code("E_SUCCESSION", "the entries of the ledger do not follow each other", "One is missing, stands twice or stands elsewhere than it was written to.", "Restore the ledger from a backup; keep the changed one as proof."),
    Code("E_EXPIRED", "the signed answer does not hold at this moment", "It is short-lived, because nobody asks the service again whether the decision still stands.", "Fetch the attestation anew."),
    Code("E_DIVERGED", "the ledger contradicts a head that was signed for it", "Two histories were shown under one name, or entries were changed.", "Keep both heads: together they prove it."),
)
# fmt: on
