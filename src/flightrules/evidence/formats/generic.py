"""Our own format for the long tail (docs/reference/generic-format.md): measurements, and one kind of record.

Strict on purpose: people and scripts write it, so a misspelt field must not silently mean nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Measurement, Notice, Reading
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.case_reading import case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, FLAKY, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.records.checklists import CHECKLIST_DEFINITIONS, ChecklistItem, Checklists
from flightrules.evidence.records.claims import claims_of, family
from flightrules.evidence.records.defects import Defect
from flightrules.evidence.records.findings import SEVERITIES, Finding, Findings, finding
from flightrules.evidence.records.strict_object import StrictObject
from flightrules.evidence.records.tracker_answers import tracker_reading
from flightrules.evidence.source import Source
from flightrules.values import replace

__all__ = ["read"]

_FORMAT = "generic"
_VERSION = "evidence/1"
_ENDS = {"passed": PASSED, "flaky": FLAKY, "failed": FAILED, "errored": ERRORED, "skipped": SKIPPED}
_KINDS = {"tests": "tests", "findings": "findings", "defects": "defects", "checklists": "checklist"}
_STATES = ("open", "done")
_DEFECT_TEXTS = (
    "owner",
    "mitigation",
    "affected_users",
    "business_impact",
    "monitoring",
    "resolution_target",
)


def read(source: Source, _head: Head) -> Reading:
    """The document; what is counted from records is measured, what is only stated is claimed."""
    name = source.name
    document = StrictObject(decode(source), "document", name)
    version = document.text("flightrules")
    if version != _VERSION:
        raise EvidenceError(
            "E_UNSUPPORTED_VERSION",
            f"flightrules says {version[:40]!r}; this version reads {_VERSION!r}",
            file=name,
        )
    facts = _facts(document)
    claims = claims_of(document.objects("measurements", required=False), name)
    kinds = [key for key in _KINDS if document.has(key)]
    _refuse_mixture(kinds, claims, name)
    reading = _READERS[kinds[0]](document, source, facts) if kinds else Reading(_FORMAT, facts=facts)
    document.close()
    return _with_claims(reading, claims)


def _facts(document: StrictObject) -> dict[str, str]:
    """Who measured what and when; without tool and time nobody can judge the rest."""
    facts = {"tool": document.text("tool"), "taken_at": document.moment("taken_at")}
    for key in ("tool_version", "build", "environment"):
        value = document.text(key, required=False)
        if value:
            facts[key] = value
    return facts


def _refuse_mixture(kinds: list[str], claims: tuple[Measurement, ...], name: str) -> None:
    if len(kinds) > 1:
        raise EvidenceError(
            "E_UNKNOWN_FIELD",
            f"{' and '.join(kinds)} stand in one file; a file holds one kind of record",
            file=name,
            hint="write one file for each kind",
        )
    if not kinds and not claims:
        raise EvidenceError("E_NO_DATA", "the document holds neither measurements nor records", file=name)
    counted = next((one for one in claims if kinds and family(one.metric) == _KINDS[kinds[0]]), None)
    if counted is not None:
        raise EvidenceError(
            "E_CONTRADICTION",
            f"{counted.metric} is counted from {kinds[0]} and stated as well",
            file=name,
            hint="leave the stated number out",
        )


def _with_claims(reading: Reading, claims: tuple[Measurement, ...]) -> Reading:
    if not claims:
        return reading
    names = ", ".join(sorted({one.metric for one in claims}))
    notice = Notice("W_CLAIMED", f"stated, not counted: {names[:200]}")
    facts = {**reading.facts, "claimed": "true"}
    return replace(reading, extra=claims, notices=(*reading.notices, notice), facts=facts)


def _tests(document: StrictObject, source: Source, facts: dict[str, str]) -> Reading:
    writer = CaseWriter()
    for case in document.objects("tests"):
        writer.add(
            case.text("name"),
            case.word("result", _ENDS),
            classname=case.text("class", required=False),
            suite=case.text("suite", required=False),
            file=case.text("file", required=False),
            seconds=case.amount("seconds"),
        )
        case.close()
    return case_reading(_FORMAT, source, writer.cases(), facts=facts)


def _findings(document: StrictObject, source: Source, facts: dict[str, str]) -> Reading:
    live: list[Finding] = []
    suppressed: list[Finding] = []
    for item in document.objects("findings"):
        place = suppressed if item.flag("suppressed", default=False) else live
        place.append(
            finding(
                facts["tool"],
                item.text("rule"),
                item.choice("severity", SEVERITIES),
                path=item.text("where", required=False),
                title=item.text("title", required=False),
                identity=filter(None, (item.text("fingerprint", required=False),)),
            )
        )
        item.close()
    del source
    found = Findings(live, suppressed=suppressed)
    return Reading(_FORMAT, found, notices=found.notices(), facts=facts)


def _defects(document: StrictObject, source: Source, facts: dict[str, str]) -> Reading:
    records = [_defect(item) for item in document.objects("defects")]
    _refuse_twice([record.id for record in records], "the defect", source.name)
    return replace(tracker_reading(_FORMAT, records, tool=facts["tool"]), facts=facts)


def _defect(item: StrictObject) -> Defect:
    fields = [(key, item.text(key, required=False)) for key in _DEFECT_TEXTS]
    fields += [("component", one) for one in item.texts("components")]
    fields += [("fix_version", one) for one in item.texts("fix_versions")]
    found = Defect(
        id=item.text("id"),
        title=item.text("title"),
        severity=item.text("severity", required=False),
        state="done" if item.choice("state", _STATES) == "done" else "open",
        type=item.text("type", required=False),
        url=item.text("url", required=False),
        labels=item.texts("labels"),
        fields=tuple(sorted(pair for pair in fields if pair[1])),
        created=item.moment("created", required=False),
        updated=item.moment("updated", required=False),
    )
    item.close()
    return found


def _checklists(document: StrictObject, source: Source, facts: dict[str, str]) -> Reading:
    items: list[ChecklistItem] = []
    for checklist in document.objects("checklists"):
        name = checklist.text("name")
        entries = [_item(name, entry) for entry in checklist.objects("items")]
        checklist.close()
        _refuse_twice([entry.id for entry in entries], f"the item of {name!r}", source.name)
        if not entries:
            raise EvidenceError("E_NO_DATA", f"the checklist {name!r} has no items", file=source.name)
        items += entries
    if not items:
        raise EvidenceError("E_NO_DATA", "there is no checklist", file=source.name)
    found = Checklists.of(items)
    notices = tuple(found.notices())
    return Reading(_FORMAT, found, notices=notices, facts=facts, definitions=dict(CHECKLIST_DEFINITIONS))


def _item(checklist: str, entry: StrictObject) -> ChecklistItem:
    found = ChecklistItem(
        checklist,
        entry.text("id"),
        entry.text("title"),
        bool(require(entry.take("done"), bool, f"{entry.what}.done", entry.name)),
        entry.text("owner", required=False),
        entry.text("evidence", required=False),
    )
    entry.close()
    return found


def _refuse_twice(ids: list[str], what: str, name: str) -> None:
    twice, count = next(iter(Counter(ids).most_common(1)), ("", 0))
    if count > 1:
        raise EvidenceError("E_DUPLICATE_KEY", f"{what} {twice[:80]!r} stands twice", file=name)


_READERS: dict[str, Callable[[StrictObject, Source, dict[str, str]], Reading]] = {
    "tests": _tests,
    "findings": _findings,
    "defects": _defects,
    "checklists": _checklists,
}
