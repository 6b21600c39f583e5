"""What the stories of abuse share: what a refusal must leave behind, looked at in the whole database.

Nothing but one entry that says no: no row of any room, no open gate; and behind every story the ledger verifies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection
from django.test import Client

from flightrules.service.people.models import Account
from flightrules.service.records.queries import public_keys
from flightrules.service.records.verification import verify_ledger
from people_stories import denied_codes
from service.decisions.deciding import code
from service.shop import DIGEST

_NOT_DOMAIN = {
    "records.Office",
    "records.Stream",
    "records.Entry",
    "records.Checkpoint",
    "records.PersonalDatum",
    "records.Blob",
    "door.KeptAnswer",
    "people.SigningSession",
    "jobs.WorkerBeat",
    "notices.Outbox",
    "decisions.HandedOut",
    "clearance.Answer",
}
"""The record itself, answers that were kept, and who looked or asked: a refusal may add to these."""

_ATTEMPTS = frozenset({"wrong_proofs", "locked_until", "last_used_at", "denied_at", "proved_at", "proved_by"})
"""Columns that count attempts and proofs."""

VOIDED = frozenset(
    {
        "decisions.SignOff.voided_at",
        "decisions.SignOff.voided_because",
        "decisions.Poll.dossier",
        "decisions.Poll.asked",
    }
)
"""What a refused decision may void, since it found that it does not count; the poll then shows what is there."""

Rows = dict[str, dict[Any, dict[str, Any]]]


def rows() -> Rows:
    """Every row of every room, by model and primary key; in plain SQL, for each refusal asks twice."""
    ours = [one for one in apps.get_models() if one.__module__.startswith("flightrules.")]
    with connection.cursor() as cursor:
        return {one._meta.label: _rows_of(one, cursor) for one in ours if one._meta.label not in _NOT_DOMAIN}


def _rows_of(model: Any, cursor: Any) -> dict[Any, dict[str, Any]]:
    cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')  # noqa: S608 -- our own tables
    names = [column[0] for column in cursor.description]
    leave_out = _ATTEMPTS if model._meta.label in {"people.ApiToken", "people.Account"} else frozenset()
    found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {
        row[model._meta.pk.column]: {name: value for name, value in row.items() if name not in leave_out}
        for row in found
    }


def changed(before: Rows, after: Rows) -> set[str]:
    """Columns that changed, and models with rows more or fewer."""
    found = set()
    for label, had in before.items():
        has = after[label]
        found |= {f"{label} +" for key in has if key not in had} | {
            f"{label} -" for key in had if key not in has
        }
        found |= {
            f"{label}.{column}"
            for key in had.keys() & has.keys()
            for column, value in had[key].items()
            if has[key][column] != value
        }
    return found


def is_open(who: Any, artefact: str = DIGEST, environment: str = "prod") -> bool:
    """Whether the gate of a deployment would let it through."""
    answer = who.get(f"/clearance?artefact={artefact}&environment={environment}")
    assert answer.status_code == 200, answer.content
    return bool(answer.json()["open"])


def faults() -> list[str]:
    """What a verification of the whole ledger finds."""
    return [str(fault) for report in verify_ledger(keys=public_keys(), anchors={}) for fault in report.faults]


def leaves_nothing(
    case: Any, attempt: Callable[[], Any], *, may: frozenset[str] = frozenset(), denials: int = 1
) -> tuple[Any, list[str]]:
    """Try something; returns its answer and what was put on record as denied, exactly ``denials`` of it."""
    before, told = rows(), denied_codes()
    answer = attempt()
    said = denied_codes()[len(told) :]
    beyond = changed(before, rows()) - may
    assert beyond == set(), beyond
    assert not is_open(case.shop.ci), "the gate of the deployment let it through"
    assert len(said) == denials, said
    return answer, said


def refused(
    case: Any,
    attempt: Callable[[], Any],
    status: int,
    why: str,
    *,
    may: frozenset[str] = frozenset(),
    denials: int = 1,
) -> Any:
    """Try something that is refused with this status and code, once on record, and changes nothing."""
    answer, said = leaves_nothing(case, attempt, may=may, denials=denials)
    assert (answer.status_code, code(answer)) == (status, why), answer.content
    assert set(said) <= {why}
    return answer


@dataclass
class Browser:
    """The same person at the REST door with a browser's session instead of a token."""

    caller: Any
    client: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        self.client.force_login(Account.objects.get(key=self.caller.account_key))

    @property
    def key(self) -> str:
        return self.caller.key

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(f"/api/v1{path}", body or {}, content_type="application/json", headers=sent)


def ways_in(caller: Any) -> list[Any]:
    """Both doors of REST: with a token, and with a session (whose person has a second factor)."""
    return [caller, Browser(caller)]
