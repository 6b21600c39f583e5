"""A second verifier of case files, from the decision record alone: no code of the product.

A zip of case.json, entries.jsonl and blobs/<sha256>. The entries are leaves of an RFC 6962 tree; before them stand the
peaks of ``start``. The head is a C2SP note: origin, size, base64 root; its Ed25519 signature covers the text. So is the
seal: its kind, the origin, the digest of case.json without the openings and itself, how many openings there were.
"""

import base64
import hashlib
import io
import json
import re
import zipfile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

NEEDED = ("readiness:evidence:received", "catalogue:rulebook:")


def sha(data):
    return hashlib.sha256(data).digest()


def root_after(size, peaks, leaves):
    """Peaks largest first; each leaf merges equal blocks to its left."""
    stack = list(peaks)
    for leaf in leaves:
        carry, size = size, size + 1
        stack.append(leaf)
        while carry & 1:
            right = stack.pop()
            stack.append(sha(b"\1" + stack.pop() + right))
            carry >>= 1
    found = stack.pop()
    while stack:
        found = sha(b"\1" + stack.pop() + found)
    return size, found


def signed_text(note, pem):
    """The text of a note that the key signed."""
    text, _, lines = note.rpartition("\n\n")
    key = load_pem_public_key(pem)
    for line in lines.splitlines():
        signature = base64.b64decode(line.split(" ")[2])[4:]
        try:
            key.verify(signature, (text + "\n").encode())
        except InvalidSignature:
            continue
        return text.split("\n")
    raise ValueError("nobody signed")


def holds(data, pem):
    """Whether the case file holds under this key."""
    try:
        check(data, pem)
    except Exception:  # noqa: BLE001 -- whatever goes wrong, it does not hold
        return False
    return True


def check(data, pem):
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert all(re.fullmatch(r"case\.json|entries\.jsonl|blobs/[0-9a-f]{64}", n) for n in archive.namelist())
    case = json.loads(archive.read("case.json"))
    bodies = archive.read("entries.jsonl").split(b"\n")
    assert bodies.pop() == b""
    entries = [json.loads(body) for body in bodies]
    start = case["start"]["size"]
    assert entries
    assert [one["seq"] for one in entries] == list(range(start, start + len(entries)))
    assert {one["stream"] for one in entries} == {case["stream"]}
    leaves = [sha(b"\0" + body) for body in bodies]
    assert all(one["prev"] == leaf.hex() for leaf, one in zip(leaves, entries[1:], strict=False))
    size, root = root_after(start, [bytes.fromhex(one) for one in case["start"]["peaks"]], leaves)
    origin, said, encoded, *_ = signed_text(case["head"], pem)
    assert (int(said), base64.b64decode(encoded)) == (size, root)
    assert re.fullmatch("flightrules/[0-9a-f]{32}/" + re.escape(case["stream"]), origin)
    bare = {name: one for name, one in case.items() if name not in ("seal", "openings")}
    canonical = json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    *bound, openings = signed_text(case["seal"], pem)
    assert bound == ["flightrules case file", origin, "sha256:" + hashlib.sha256(canonical).hexdigest()]
    assert len(case["openings"]) <= int(openings.removeprefix("openings "))
    text = b"\n".join(bodies) + json.dumps(case["others"]).encode()
    held = [name[6:] for name in archive.namelist() if name.startswith("blobs/")]
    for digest in held:
        assert hashlib.sha256(archive.read("blobs/" + digest)).hexdigest() == digest
        assert digest.encode() in text
    assert {one["digest"] for one in case["blobs"]} <= set(held)
    needed = {one["data"]["sha256"] for one in entries if one["tag"].startswith(NEEDED)}
    assert needed <= set(held)
