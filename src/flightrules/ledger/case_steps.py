"""The eleven steps that a case file goes through, in their fixed order.

Steps 1 to 5 stop at the first failure: nothing may be read from entries that nobody vouches for. The later
ones are all carried out, so that every difference is shown at once.

A member ``sha256`` in the data of an entry names stored bytes. Those of evidence that was received and of
rulebooks must be in the case file, unless an entry says that they were taken away.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flightrules.errors import LedgerError
from flightrules.ledger.case_file import CaseFile
from flightrules.ledger.case_seal import sealed_openings
from flightrules.ledger.decoding import field as member
from flightrules.ledger.entry import Entry, read_entry
from flightrules.ledger.frontier import Frontier
from flightrules.ledger.history import Head, head_in, is_signed, known_keys
from flightrules.ledger.key_files import load_public_key
from flightrules.ledger.keys import PublicKey
from flightrules.ledger.merkle import leaf_hash, verify_inclusion
from flightrules.ledger.steps import count
from flightrules.ledger.trail import Trail

__all__ = ["LAST_GATE", "STEPS", "Examined"]

VERSION: Final = 1
LAST_GATE: Final = 5
_OPENED: Final = "release:release:opened"
_TAKEN_AWAY: Final = "readiness:evidence:tombstoned"
_MUST_BE_THERE: Final = (
    "readiness:evidence:received",
    "catalogue:rulebook:",
    "decision:decision:recorded",
    "decision:dossier:handed-out",
    "decision:override:",
    "decision:poll:opened",
    "decision:sign-off:recorded",
)
_MEMBERS: Final = frozenset(
    {"v", "kind", "about", "made_at", "stream", "start", "head", "checkpoints", "keys"}
    | {"others", "blobs", "openings", "seal"}
)
_INTACT: Final = "intact"
_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{64})")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_NAMED_BY: Final = ("digest", "commitment", "entry")
_HASH = re.compile(r"[0-9a-f]{64}")
_INCOMPLETE = "kept heads, entries from before and the list of files may be incomplete"
Outcome = tuple[bool | None, str]


@dataclass(slots=True)
class Examined:
    """What was given, and what the steps have found so far."""

    file: CaseFile
    keys: tuple[PublicKey, ...]
    anchors: Mapping[str, Head]
    unsealed: bool = False
    trail: Trail = field(default_factory=lambda: Trail(""))
    head: Head | None = None
    kept: list[Head] = field(default_factory=list)
    known: tuple[PublicKey, ...] = ()
    named: set[str] = field(default_factory=set)
    needed: set[str] = field(default_factory=set)
    taken_away: set[str] = field(default_factory=set)
    commitments: set[str] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)
    count: int = 0

    def of(self, key: str, kind: type) -> Any:
        """A member of case.json."""
        return member(dict(self.file.about), key, kind, "case.json")

    @property
    def signed(self) -> Head:
        """The head over all entries; read in step 1."""
        assert self.head is not None  # noqa: S101 -- step 1 is a gate
        return self.head

    def note(self, entry: Entry) -> None:
        """Remember the digests and commitments that an entry speaks of."""
        for key, text in _texts(entry.data):
            found = _DIGEST.fullmatch(text)
            if found is None:
                continue
            if key == "commitment":
                self.commitments.add(text)
            elif key == "commitments":
                self.erased.add(text)
            else:
                self.named.add(found[1])
                if key == "sha256" and entry.tag.startswith(_MUST_BE_THERE):
                    self.needed.add(found[1])
                if entry.tag == _TAKEN_AWAY:
                    self.taken_away.add(found[1])


def _case(case: Examined) -> Outcome:
    if case.of("v", int) != VERSION or case.of("kind", str) != "flightrules-case-file":
        raise LedgerError("E_ENUM", "it is a case file of a version that is not known here")
    _require_members(dict(case.file.about), _MEMBERS, "case.json")
    about, start = case.of("about", str), case.of("start", dict)
    _require_subject(about, case.of("stream", str))
    if not _MOMENT.fullmatch(case.of("made_at", str)):
        raise LedgerError("E_MALFORMED", "made_at of case.json is no moment in UTC")
    for pem in _list(case, "keys", str):
        load_public_key(pem.encode("utf-8"), name="keys of case.json")
    edge = Frontier.of_bytes(member(start, "size", int, "start"), _peaks(start))
    case.head = head_in(case.of("head", str))
    case.kept = [head_in(one) for one in _list(case, "checkpoints", str)]
    sizes = [head.head.size for head in (case.head, *case.kept, *case.anchors.values())]
    case.trail = Trail(case.of("stream", str), start=edge, prev=None if edge.size else "", sizes=sizes)
    return True, f"{about}, stream {case.trail.stream}, entries from {edge.size}"


def _require_subject(about: str, stream: str) -> None:
    """Nothing in the ledger says what a file is about, so it says no more than its entries show."""
    if not about.startswith("release/") and about not in (stream, f"stream/{stream}"):
        raise LedgerError("E_CONTRADICTION", f"it is not about {about:.80}: its stream is {stream:.60}")


def _require_members(holder: Mapping[str, Any], known: Collection[str], what: str) -> None:
    strange = sorted(set(holder) - set(known))
    if strange:
        raise LedgerError("E_UNKNOWN_FIELD", f"{what} says {strange[0]!r:.60}, which nobody vouches for")


def _entries(case: Examined) -> Outcome:
    for body in case.file.bodies():
        case.trail.take_bodies([body])
        if case.trail.fault is not None:
            fault = case.trail.fault
            raise LedgerError(fault.code, f"entry {fault.seq}: {fault.message}")
        entry = read_entry(body)
        _require_beginning(case, entry)
        case.note(entry)
        case.count += 1
    if not case.count:
        raise LedgerError("E_EMPTY", "it holds no entries")
    return True, f"{case.count} entries, each as it was written, none missing"


def _require_beginning(case: Examined, entry: Entry) -> None:
    """The case of a release begins where it was opened, every other one at the beginning of the stream."""
    if case.count:
        return
    about = case.of("about", str)
    is_release = about.startswith("release/")
    if (entry.tag, entry.subject) != (_OPENED, about) if is_release else entry.seq:
        raise LedgerError("E_CONTRADICTION", f"the case of {about:.80} does not begin at its beginning")


def _tree(case: Examined) -> Outcome:
    head = case.signed.head
    if head.size != case.trail.size:
        code = "E_ANCHOR" if head.size > case.trail.size else "E_SUCCESSION"
        raise LedgerError(code, f"the head is of {head.size} entries; they end at {case.trail.size}")
    if head.root != case.trail.frontier.root:
        raise LedgerError("E_DIVERGED", "the entries are not the ones that were signed for")
    return True, f"root {head.root.hex()[:16]} over {head.size} entries"


def _signature(case: Examined) -> Outcome:
    heads = [case.signed, *case.kept]
    case.known = known_keys(case.trail, heads, case.keys)
    if not is_signed(case.signed, case.known):
        raise LedgerError("E_SIGNATURE", "no given key signed the head, nor one that a given key vouched for")
    followed = len(case.known) - len(case.keys)
    more = f"; {followed} further keys follow from the ledger" if followed else ""
    return True, f"{case.signed.head.origin}{more}"


def _origin(case: Examined) -> Outcome:
    origin, stream = case.signed.head.origin, case.trail.stream
    if not re.fullmatch(rf"flightrules/[0-9a-f]{{32}}/{re.escape(stream)}", origin):
        raise LedgerError("E_ORIGIN", f"the head is of {origin:.100}, not of the stream {stream:.60}")
    return True, origin


def _checkpoints(case: Examined) -> Outcome:
    for kept in case.kept:
        _require_agreement(case, kept, "a kept checkpoint")
    return True, f"{len(case.kept)} kept on the way"


def _anchors(case: Examined) -> Outcome:
    for name, anchor in case.anchors.items():
        _require_agreement(case, anchor, name)
    if not case.anchors:
        return None, "none given; a head that was printed or sent elsewhere shows a lost tail"
    return True, f"{len(case.anchors)} compared"


def _require_agreement(case: Examined, one: Head, name: str) -> None:
    head, trail = one.head, case.trail
    if head.origin != case.signed.head.origin:
        raise LedgerError("E_ORIGIN", f"{name} is of the ledger {head.origin:.100}")
    if not is_signed(one, case.known):
        raise LedgerError("E_SIGNATURE", f"{name}, of {head.size} entries, was signed by no known key")
    if head.size > trail.size:
        raise LedgerError("E_ANCHOR", f"behind {name}, of {head.size} entries: they end at {trail.size}")
    if head.size >= case.of("start", dict)["size"] and trail.roots.get(head.size) != head.root:
        raise LedgerError("E_DIVERGED", f"the first {head.size} entries are not those of {name}")


def _others(case: Examined) -> Outcome:
    """Entries from before the first or of the office, each proved by its path to a signed root."""
    shown = _list(case, "others", dict)
    for one in shown:
        _require_members(one, ("entry", "proof", "head"), "another entry")
        body = member(one, "entry", str, "another entry").encode("utf-8")
        entry = read_entry(body)
        proof = [_hash(text) for text in member(one, "proof", list, "another entry")]
        head = case.signed if entry.stream == case.trail.stream else head_in(member(one, "head", str, "it"))
        own = case.signed.head.origin.removesuffix(case.trail.stream)
        if head.head.origin != own + entry.stream or not is_signed(head, case.known):
            raise LedgerError("E_SIGNATURE", f"nobody vouches for entry {entry.seq} of {entry.stream:.60}")
        verify_inclusion(entry.seq, head.head.size, leaf_hash(body), proof, head.head.root)
        case.note(entry)
    return True, f"{len(shown)} proved"


def _blobs(case: Examined) -> Outcome:
    listed = {member(one, "digest", str, "a blob"): one for one in _list(case, "blobs", dict)}
    held = case.file.digests
    for digest in held:
        if case.file.digest_of(digest) != digest:
            raise LedgerError("E_BLOB_TAMPERED", f"the bytes of sha256:{digest} were changed")
    for one in listed.values():
        _require_members(one, ("digest", "state"), "a blob")
    foreign = [digest for digest in held if digest not in case.named]
    if foreign:
        raise LedgerError("E_CONTRADICTION", f"no entry speaks of sha256:{foreign[0]}")
    gone = sorted((set(listed) | case.needed) - set(held) - case.taken_away)
    if gone:
        said = listed.get(gone[0], {}).get("state")
        code = "E_BLOB_TAMPERED" if said == "tampered" else "E_BLOB_MISSING"
        raise LedgerError(code, f"{len(gone)} recorded files are not there, first sha256:{gone[0]}")
    unlisted = [digest for digest in held if listed.get(digest, {}).get("state") != _INTACT]
    if unlisted:
        raise LedgerError("E_CONTRADICTION", f"it does not list sha256:{unlisted[0]} as intact")
    away = len((set(listed) | case.needed) - set(held))
    return True, f"{len(held)} files match their digests" + (f"; {away} taken away on record" if away else "")


def _openings(case: Examined) -> Outcome:
    opened = erased = 0
    for one in _list(case, "openings", dict):
        commitment = member(one, "commitment", str, "an opening")
        if commitment not in case.commitments:
            raise LedgerError("E_CONTRADICTION", "an opening belongs to no entry")
        _require_members(one, ("commitment", "salt", "value", "erased_at"), "an opening")
        if "erased_at" in one:
            if commitment not in case.erased:
                raise LedgerError("E_CONTRADICTION", "something is said to be erased, and no entry says so")
            erased += 1
            continue
        salt = _hash(member(one, "salt", str, "an opening"))
        value = member(one, "value", str, "an opening").encode("utf-8")
        if hashlib.sha256(salt + value).hexdigest() != commitment:
            raise LedgerError("E_DIGEST", "an opening is not what the entry committed to")
        opened += 1
    closed = len(case.commitments) - opened - erased
    return True, f"{opened} opened, {erased} erased by law, {closed} left closed"


def _seal(case: Examined) -> Outcome:
    if "seal" not in case.file.about:  # so are exports of earlier versions, and one that lost it on the way
        if not case.unsealed:
            raise LedgerError("E_UNSEALED", f"it has no seal: {_INCOMPLETE}")
        return None, f"NOT SEALED, as was allowed: {_INCOMPLETE}"
    sealed = sealed_openings(dict(case.file.about), case.signed.head.origin, case.known)
    taken_out = sealed - len(_list(case, "openings", dict))
    if taken_out < 0:
        raise LedgerError("E_CONTRADICTION", "it opens more than was sealed")
    more = f"; {count(taken_out, 'opening')} taken out since" if taken_out else ""
    return True, f"nothing beside the entries was left out{more}"


STEPS: Final[tuple[tuple[str, Callable[[Examined], Outcome]], ...]] = (
    ("Case", _case),
    ("Entries", _entries),
    ("Tree", _tree),
    ("Signature", _signature),
    ("Origin", _origin),
    ("Checkpoints", _checkpoints),
    ("Anchors", _anchors),
    ("Further entries", _others),
    ("Evidence bytes", _blobs),
    ("Commitments", _openings),
    ("Seal", _seal),
)


def _list(case: Examined, key: str, kind: type) -> list[Any]:
    found = case.of(key, list)
    if not all(isinstance(one, kind) for one in found):
        raise LedgerError("E_WRONG_TYPE", f"{key} of case.json holds something else than expected")
    if len({_identity(one) for one in found}) != len(found):
        raise LedgerError("E_CONTRADICTION", f"{key} of case.json says the same twice")
    return list(found)


def _identity(one: Any) -> str:
    named = [one[key] for key in _NAMED_BY if key in one] if isinstance(one, dict) else [one]
    return repr(named)


def _peaks(start: dict[str, Any]) -> bytes:
    return b"".join(_hash(text) for text in member(start, "peaks", list, "start"))


def _hash(text: Any) -> bytes:
    if not isinstance(text, str) or not _HASH.fullmatch(text):
        raise LedgerError("E_MALFORMED", "a hash is 64 hexadecimal digits")
    return bytes.fromhex(text)


def _texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text in an entry's data, with the nearest name above it."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _texts(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, key)
