"""A whole case file of release 42, made in memory, with whatever a story changes in it."""

import hashlib
import io
import zipfile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flightrules.ledger import case_file
from flightrules.ledger.case_seal import seal_text
from flightrules.ledger.case_verification import verify_case_file
from flightrules.ledger.checkpoint import Checkpoint
from flightrules.ledger.entry import Entry, entry_bytes
from flightrules.ledger.frontier import EMPTY
from flightrules.ledger.keys import PrivateKey
from flightrules.ledger.merkle import Tree, leaf_hash, root
from flightrules.ledger.note import sign_note

STREAM = "product/shop"
ORIGIN = f"flightrules/{'0c' * 16}/{STREAM}"
OFFICE = f"flightrules/{'0c' * 16}/office"
REPORT = b"<testsuite/>"
DIGEST = hashlib.sha256(REPORT).hexdigest()
SALT = b"s" * 32
COMMITMENT = hashlib.sha256(SALT + b"Ada").hexdigest()


def key_of(number):
    return PrivateKey(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


ADA, BEN = key_of(1), key_of(2)


def chained(contents, stream=STREAM):
    """Entries' bytes from (tag, subject, data), each behind the other."""
    bodies, prev = [], ""
    for seq, (tag, subject, data) in enumerate(contents):
        body = entry_bytes(
            Entry(
                seq=seq,
                at="2026-11-21T12:00:00.000000Z",
                tag=tag,
                actor="a",
                subject=subject,
                stream=stream,
                prev=prev,
                by={"account": "b", "kind": "person", "via": "token"},
                data=data,
            )
        )
        bodies.append(body)
        prev = leaf_hash(body).hex()
    return bodies


def signed(bodies, *, key=ADA, origin=ORIGIN, size=None):
    size = len(bodies) if size is None else size
    return sign_note(Checkpoint(origin, size, root(bodies[:size])).text, [(origin, key)])


BODIES = chained(
    [
        ("catalogue:rulebook:adopted", "rulebook/1", {"meaning": "ab" * 32}),
        ("release:release:opened", "release/42", {"by": {"commitment": COMMITMENT}}),
        ("readiness:evidence:received", "evidence/1", {"sha256": DIGEST, "parts": [DIGEST, 7, None]}),
        ("release:release:changed", "release/42", {}),
    ]
)


def case(**changes):
    """A whole case of release 42, with changes to what it says."""
    tree = Tree(BODIES)
    edge = EMPTY.appended(leaf_hash(BODIES[0]))
    proof = [one.hex() for one in tree.inclusion_proof(0)]
    said = {
        "v": 1,
        "kind": "flightrules-case-file",
        "about": "release/42",
        "made_at": "2026-11-21T12:00:00.000000Z",
        "stream": STREAM,
        "start": {"size": 1, "peaks": [peak.hex() for peak in edge.peaks]},
        "head": signed(BODIES),
        "checkpoints": [signed(BODIES, size=2)],
        "keys": [],
        "others": [{"entry": BODIES[0].decode(), "proof": proof}],
        "blobs": [{"digest": DIGEST, "state": "intact"}],
        "openings": [{"commitment": COMMITMENT, "salt": SALT.hex(), "value": "Ada"}],
    }
    return said | changes


ABSENT = object()


def sealed(said, *, key=ADA, origin=None):
    origin = origin or said["head"].partition("\n")[0] or "nobody"
    return said | {"seal": sign_note(seal_text(said, origin), [(origin, key)])}


def written(said=None, bodies=None, blobs=((DIGEST, REPORT),)):
    file = io.BytesIO()
    said = case() if said is None else said
    said = said if "seal" in said else sealed(said)
    said = {name: one for name, one in said.items() if one is not ABSENT}
    streams = [(digest, io.BytesIO(data)) for digest, data in blobs]
    case_file.write_case_file(file, said, BODIES[1:] if bodies is None else bodies, streams)
    return io.BytesIO(file.getvalue())


def outcome(file, anchors=None, keys=(ADA,)):
    found = verify_case_file(file, public_keys=[key.public for key in keys], anchors=anchors)
    return (found.failed.number, found.failed.code) if found.failed else None


def zipped(members, **options):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", options.get("packed", zipfile.ZIP_DEFLATED)) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return io.BytesIO(file.getvalue())
