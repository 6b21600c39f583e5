"""A gate judged by the service: the engine over what was gathered, and the reports that come of it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime

from flightrules.engine.evaluate import evaluate
from flightrules.engine.freshness import stands_until
from flightrules.engine.verdict import Outcome, Verdict
from flightrules.reports import html_page, json_report, markdown, pdf
from flightrules.reports.readiness import readiness
from flightrules.reports.report import Report
from flightrules.reports.wording import moment, role_title
from flightrules.rules.gate import Gate
from flightrules.rules.rulebook import Rulebook
from flightrules.service.catalogue.queries import adopted_since, rulebook_of
from flightrules.service.door.refusals import InvalidError
from flightrules.service.readiness.gathering import case_of, gather
from flightrules.service.readiness.inputs import Inputs
from flightrules.service.readiness.lineage import withdrawn_before
from flightrules.service.readiness.models import Acceptance, EvidenceItem
from flightrules.service.readiness.people_names import Names
from flightrules.service.readiness.printing import LAYOUT
from flightrules.service.readiness.registers import store_snapshots, waivers_of
from flightrules.service.records import blobs

__all__ = ["FORMS", "Judged", "failing", "gate_of", "judge", "lets_through"]

FORMS = {"json": json_report, "md": markdown, "html": html_page}
"""The forms in which a report is kept, made when the gate was judged and never again."""

_REPORT_LIMIT = 256 << 20
_NAMED = 5


@dataclass(frozen=True)
class Judged:
    """What a run puts on record."""

    verdict: Verdict
    inputs_digest: str
    reports: dict[str, str]
    also_read: tuple[str, ...] = ()
    stands_until: datetime | None = None


def gate_of(book: Rulebook, name: str | None) -> Gate:
    """The gate of that name, else the exit gate.

    Raises:
        InvalidError: E_GATE.
    """
    found = book.gate(name) if name else book.exit_gate()
    if found is None:
        known = ", ".join(one.id for one in book.gates) or "none"
        what = f"there is no gate {name[:60]!r}" if name else "the rulebook has no exit gate"
        raise InvalidError("E_GATE", what, hint=f"known: {known}")
    return found


def judge(inputs: Inputs, gate_name: str, at: datetime, names: Names) -> Judged:
    """Read, judge, write the reports; changes nothing but the store of bytes, so it needs no transaction."""
    book = rulebook_of(inputs.edition)
    gate = gate_of(book, gate_name)
    gathered = gather(inputs, book, at)
    gathered.cautions += [*changed_agreement(inputs), *accepted_again(inputs), *_overridden(inputs)]
    gathered.cautions += withdrawn_before(inputs.release)
    case = case_of(inputs, book, gathered, at, names)
    verdict = evaluate(gate, case, waivers_of(inputs.waivers, names.by_key))
    store_snapshots(gathered.snapshots)
    report = Report(verdict, case.rulebook, _signed(inputs, book, names))
    reports = {form: _kept(module.render(report)) for form, module in FORMS.items()}
    reports[LAYOUT] = _kept(pdf.layout(readiness(report)))
    return Judged(verdict, inputs.digest, reports, gathered.also_read, stands_until(verdict, case.rulebook))


def lets_through(verdict: Verdict) -> bool:
    """Whether the gate is open; in advise mode every gate is."""
    return verdict.advise or verdict.outcome in (Outcome.GO, Outcome.CONDITIONAL_GO)


def failing(verdict: Verdict) -> list[str]:
    """What keeps the gate shut, by name; never empty while it is shut."""
    if lets_through(verdict):
        return []
    named = [result.rule.id for result in verdict.results if result.blocks]
    named += [line.id for line in verdict.defects if line.blocks]
    return sorted(set(named)) or [verdict.gate]


def changed_agreement(inputs: Inputs) -> list[str]:
    """Editions that came into force after evidence of this release was seen, with what they changed."""
    first = (
        EvidenceItem.objects.filter(release=inputs.release)
        .order_by("received_at")
        .values_list("received_at", flat=True)
        .first()
    )
    if first is None:
        return []
    return [
        f"changed after evidence was seen: edition {one.number} of the rulebook came into force on "
        f"{one.adopted_at:%Y-%m-%d}, the first evidence on {first:%Y-%m-%d}; {_some(one.changed)}"
        for one in adopted_since(inputs.release.product_id, first)
        if one.changed
    ]


def accepted_again(inputs: Inputs) -> list[str]:
    """Defects that are shipped on purpose more than once."""
    repeated: list[Acceptance] = [one for one in inputs.acceptances if one.time > 1]
    return [f"{one.defect.number} is accepted for the {_nth(one.time)} time" for one in repeated]


def _overridden(inputs: Inputs) -> list[str]:
    names: list[str] = inputs.release.entry_overridden
    return [f"testing started although entry criteria failed: {_some(names)}"] if names else []


def _signed(inputs: Inputs, book: Rulebook, names: Names) -> str:
    """Who signed the edition that is judged by, in which role, when."""
    said = [
        f"{names.by_key.get(one.person, one.person)}, {role_title(book, one.role.replace('-', '_'))}, "
        f"{moment(one.signed_at)}"
        for one in inputs.edition.agreements.order_by("signed_at", "pk")
    ]
    return f"{'; '.join(said)} (signed here as edition {inputs.edition.number})" if said else ""


def _kept(data: str | bytes) -> str:
    bytes_kept = data.encode() if isinstance(data, str) else data
    digest, _ = blobs.store(io.BytesIO(bytes_kept), _REPORT_LIMIT)
    return digest


def _nth(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


def _some(said: list[str]) -> str:
    more = f"; and {len(said) - _NAMED} more" if len(said) > _NAMED else ""
    return "; ".join(said[:_NAMED]) + more
