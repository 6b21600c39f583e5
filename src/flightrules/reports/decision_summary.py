"""A decision told in one paragraph: the draft of the record that is owed after it.

Made from the kept record alone (its members: ``flightrules.service.decisions.record``). People are named by
their roles: who writes the record signs the words, and names in them could not be erased with their owners.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from flightrules.reports.decision_record import accepted
from flightrules.reports.wording import listed, moment, roles_named
from flightrules.rules.role_words import role_words

__all__ = ["summary"]

_Record = Mapping[str, Any]


def summary(record: _Record) -> str:
    """The paragraph: what was decided by whom, what was overridden, conditions, dissent, waivers, risks."""
    return " ".join((*_decided(record), *_overridden(record), *_terms(record), *_left_over(record)))


def _decided(record: _Record) -> Iterator[str]:
    release, where = record["release"], record["target"]["environment"]
    target = f" for {where}" if where else ""
    yield (
        f"The {record['moment']} decision about {release['product_name']} {release['version']}{target} "
        f"was {record['outcome']}, taken by {_speaker(record['decided'])} on {_moment(record['decided_at'])}."
    )
    if record["verdict"]:
        yield f"The quality verdict was {_said(record['verdict'])}."
    if record["votes"]:
        yield f"The votes were {listed([_said(one) for one in record['votes']])}."
    if record["missing"]:
        yield f"Asked and not heard: {roles_named(record['missing'])}."


def _overridden(record: _Record) -> Iterator[str]:
    override = record.get("override_record")
    if not override:
        yield "Nothing was overridden."
        return
    named = [f"{kind} {listed(names)}" for kind, names in accepted(record).items() if names]
    terms = f", by name {'; '.join(named)}" if named else ""
    signed = listed([_said(one) for one in override["signatures"]])
    yield f"It overrode the no-go of {_moment(override['of_at'])}{terms}; it was signed by {signed}."


def _terms(record: _Record) -> Iterator[str]:
    yield _sentence("It holds on condition that: ", record["conditions"], "No conditions were set.")
    against = [f"{role_words(one['role'])} ({_words(one['choice'])})" for one in record["dissent"]]
    yield f"Dissent came from {listed(against)}." if against else "Nobody dissented."
    waived = [
        f"{one['criterion']} until {_moment(one['expires_at'])} (by {roles_named(one['roles'])})"
        for one in record["waivers"]
    ]
    yield _sentence("Waived: ", waived, "Nothing was waived.")


def _left_over(record: _Record) -> Iterator[str]:
    """What the release went with, or what it was held by; silent where there is nothing."""
    accepted = [f"{one['defect']} ({one['severity']})" for one in record["acceptances"]]
    parts = (
        ("Accepted defects: ", accepted),
        ("Blockers: ", [f"{one['title']} ({one['state']})" for one in record["blockers"]]),
        ("Against going stood: ", [one["text"] for one in record["reasons"]]),
        ("Out of the ordinary: ", record["cautions"]),
    )
    for head, said in parts:
        if said:
            yield _sentence(head, said, "")


def _sentence(head: str, said: Sequence[str], otherwise: str) -> str:
    return f"{head}{'; '.join(one.rstrip('.') for one in said)}." if said else otherwise


def _said(signature: _Record) -> str:
    uncounted = "" if signature["counts"] else ", not counted"
    return f"{_words(signature['choice'])} by {_speaker(signature)}{uncounted}"


def _speaker(signature: _Record) -> str:
    deputy = ", by a deputy" if signature["person"] != signature["holder"] else ""
    return f"{role_words(signature['role'])}{deputy}"


def _words(choice: str) -> str:
    """As it is said aloud: NO-GO keeps its hyphen."""
    return choice.upper() if choice == "no-go" else choice.upper().replace("-", " ")


def _moment(text: str) -> str:
    return moment(datetime.fromisoformat(text)) if text else "a moment that is not stated"
