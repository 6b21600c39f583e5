"""Minutes that write themselves: what the ledger recorded about a release between two moments, as sentences.

They name people by their keys, so that erasing a person leaves the minutes whole; names are looked up where
the minutes are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flightrules.rules.role_words import role_words
from flightrules.service.board.models import Attendance, Meeting
from flightrules.service.records.queries import entries, shown
from flightrules.service.records.services import product_stream
from flightrules.service.records.tags import Tag

__all__ = ["acts_of", "decided_in", "markdown_of", "minutes_of", "sentence"]

_OF_MEETINGS = frozenset({str(Tag.MEETING_CALLED), str(Tag.MEETING_ATTENDED), str(Tag.MEETING_CLOSED)})

_SENTENCES: dict[str, str] = {
    Tag.ACT_DENIED: "was refused: {reason} ({code})",
    Tag.RELEASE_CHANGED: "changed what is stated about the release: {changed}",
    Tag.ARTEFACT_ADDED: "named the artefact {name}, sha256:{sha256}",
    Tag.EVIDENCE_RECEIVED: "brought evidence for {method}",
    Tag.EVIDENCE_TOMBSTONED: "took evidence out of the judgement",
    Tag.GATE_RUN_RECORDED: "judged the gate {gate}: {outcome}",
    Tag.DEFECT_ACCEPTED: "accepted a known defect in the role {role}",
    Tag.WAIVER_GRANTED: "waived {criterion} in the role {role}, until {expires_at}",
    Tag.WAIVER_ENDED: "took back the waiver of {criterion}",
    Tag.RISK_RECORDED: "recorded a risk of {priority} priority",
    Tag.RISK_CHANGED: "changed a risk, now of {priority} priority",
    Tag.BLOCKER_RAISED: "raised a blocker",
    Tag.BLOCKER_RESOLVED: "resolved a blocker",
    Tag.BLOCKER_ACCEPTED: "accepted a blocker with a mitigation, in the role {role}",
    Tag.BLOCKER_ESCALATED: "escalated a blocker to {level}",
    Tag.BLOCKER_OVERRULED: "overruled a blocker by an override that names it",
    Tag.BLOCKER_BROUGHT_BACK: "brought a blocker back that had been overruled",
    Tag.SESSION_CALLED: "called the board together for {starts_at} ({kind})",
    Tag.CHANGE_RAISED: "raised the change request ({type})",
    Tag.CHANGE_MOVED: "moved the change request from {from} to {to}",
    Tag.CHANGE_EDITED: "edited the change request: {changed}",
    Tag.CHANGE_SCORED: "filled the scorecard: {ratings}",
    Tag.CHANGE_VOTED: "voted on the change request in the seat of {role}: {choice}",
    Tag.CHANGE_AUTHORISED: "gave the board's approval in the role {role}",
    Tag.CHANGE_REJECTED: "gave the board's rejection in the role {role}",
    Tag.CHANGE_LAPSED: "voided the board's approval: {reasons}",
    Tag.OBLIGATION_OWED: "from here on owes something in writing",
    Tag.OBLIGATION_PAID: "paid what was owed",
    Tag.DOSSIER_HANDED_OUT: "was handed the dossier",
    Tag.POLL_OPENED: "opened the poll ({moment})",
    Tag.POLL_CLOSED: "closed the poll",
    Tag.SIGNED_OFF: "signed as {role} ({act}): {choice}",
    Tag.SIGN_OFF_VOIDED: "voided a sign-off",
    Tag.SIGN_OFF_WITHDRAWN: "withdrew a sign-off",
    Tag.DECISION_RECORDED: "recorded the decision ({moment}): {outcome}",
    Tag.DECISION_VOIDED: "voided the decision",
    Tag.OVERRIDE_ASKED: "asked for an override of the no-go",
    Tag.OVERRIDE_ENDED: "ended the asking for an override",
}


class _Told(dict[str, str]):
    """What an entry says, in words; what it does not say is said to be missing."""

    def __missing__(self, name: str) -> str:
        return f"(no {name.replace('_', ' ')} stated)"


def acts_of(meeting: Meeting, until: datetime) -> list[dict[str, Any]]:
    """All entries about the meeting's release from its opening on, in order; those of meetings left out."""
    if meeting.opened_at is None:
        return []
    key = str(meeting.release_id).encode()
    rows = entries(stream=product_stream(meeting.release.product_id)).filter(
        at__gte=meeting.opened_at, at__lte=until
    )
    found = [shown(row) for row in rows.iterator() if key in bytes(row.body)]
    return [one for one in found if one["tag"] not in _OF_MEETINGS]


def decided_in(acts: Iterable[Mapping[str, Any]]) -> str:
    """The last decision among the acts, as it was recorded; empty where there was none."""
    outcomes = [str(one["data"].get("outcome", "")) for one in acts if one["tag"] == Tag.DECISION_RECORDED]
    return outcomes[-1] if outcomes else ""


def sentence(entry: Mapping[str, Any]) -> str:
    """One act in one sentence, without its time and actor; a tag without a text of its own tells its name."""
    told = _Told({name: _word(value) for name, value in entry["data"].items()})
    if "role" in told:
        told["role"] = role_words(told["role"])
    text = _SENTENCES.get(str(entry["tag"]))
    if text is not None:
        return text.format_map(told)
    _source, subject, action = str(entry["tag"]).split(":")
    return f"{subject.replace('-', ' ')} {action.replace('-', ' ')}"


def minutes_of(
    meeting: Meeting, *, acts: list[dict[str, Any]], outcome: str, addressed_first: list[str], at: datetime
) -> dict[str, Any]:
    """The minutes as canonical JSON values."""
    came = list(Attendance.objects.filter(meeting=meeting).order_by("joined_at", "key"))
    there = {role for one in came for role in one.roles}
    opened = meeting.opened_at or at
    took = int((at - opened).total_seconds())
    release = meeting.release
    return {
        "v": 1,
        "kind": "flightrules-minutes",
        "meeting": str(meeting.key),
        "release": {
            "key": str(release.key),
            "product": release.product_id,
            "version": release.version,
        },
        "called_by": meeting.called_by,
        "starts_at": _time(meeting.starts_at),
        "opened_at": _time(opened),
        "closed_at": _time(at),
        "time_box_minutes": meeting.minutes,
        "took_seconds": took,
        "over_time": took > meeting.minutes * 60,
        "agenda": meeting.agenda,
        "invited": meeting.invited,
        "attendance": [
            {
                "person": one.person,
                "roles": one.roles,
                "joined_at": _time(one.joined_at),
                "left_at": _time(one.left_at or at),
            }
            for one in came
        ],
        "absent": [role for role in meeting.invited if role not in there],
        "acts": [
            {
                "at": one["at"],
                "seq": one["seq"],
                "tag": one["tag"],
                "actor": one["actor"],
                "subject": one["subject"],
                "said": sentence(one),
            }
            for one in acts
        ],
        "outcome": outcome,
        "addressed_first": addressed_first,
    }


def markdown_of(minutes: Mapping[str, Any]) -> str:
    """The minutes as a page."""
    release = minutes["release"]
    box = f"{minutes['time_box_minutes']} minutes agreed, {-(-minutes['took_seconds'] // 60)} taken"
    lines = [
        f"# Go/no-go meeting: {release['product']} {_plain(release['version'])}",
        "",
        f"{minutes['opened_at']} to {minutes['closed_at']} ({box})",
        "",
        f"**Outcome: {minutes['outcome']}**",
        "",
        *_listed("To be addressed first", minutes["addressed_first"]),
        *_listed("Agenda", [f"{one['item']} ({one['minutes']} min)" for one in minutes["agenda"]]),
        *_listed("Attendance", [_came(one) for one in minutes["attendance"]]),
        *_listed("Absent", [role_words(one) for one in minutes["absent"]] or ["nobody who was invited"]),
        *_listed("What was done", [_done(one) for one in minutes["acts"]] or ["nothing was recorded"]),
    ]
    return "\n".join(lines)


def _listed(title: str, rows: list[str]) -> list[str]:
    return [f"## {title}", "", *(f"- {_plain(row)}" for row in rows), ""] if rows else []


def _came(one: Mapping[str, Any]) -> str:
    roles = ", ".join(map(role_words, one["roles"])) or "guest"
    return f"{one['person']} ({roles}), {one['joined_at']} to {one['left_at']}"


def _done(one: Mapping[str, Any]) -> str:
    return f"{one['at']} {one['actor']} {one['said']} (entry {one['seq']})"


def _plain(text: str) -> str:
    """One line that Markdown shows as it is written."""
    line = " ".join(str(text).split())
    return "".join(f"\\{one}" if one in "\\`*_[]<>#|!" else one for one in line)


def _word(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_word, value))
    if isinstance(value, Mapping):
        if set(value) == {"commitment"}:
            return "(kept beside the ledger)"
        return ", ".join(f"{name} {_word(one)}" for name, one in sorted(value.items()))
    return str(value)


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
