"""The decision record, and with an override the override record: who decided what, on what, who dissented.

Made from the kept record alone (its members: ``flightrules.service.decisions.record``) and the openings of
its commitments, so the same record gives the same bytes. Words stay neutral: an override is a decision, not a
failure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flightrules.reports.document import (
    Banner,
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Facts,
    Section,
    Table,
    Text,
)
from flightrules.reports.signatures import Openings, name_of, outcome_mark, signature_table, signed_at
from flightrules.reports.wording import count, listed, moment, roles_named
from flightrules.rules.role_words import role_words

__all__ = [
    "accepted",
    "accepted_by_name",
    "agreement",
    "defects_that_ship",
    "document",
    "header",
    "sentence",
    "title",
]

_SILENT = "not stated"


def document(record: Mapping[str, Any], openings: Openings) -> Document:
    """The record as a document; with an override in it, the override record."""
    is_override = bool(record.get("override_record"))
    return Document(
        title=title(record),
        kind="Override record" if is_override else "Decision record",
        header=header(record),
        agreement=agreement(record),
        banner=Banner(
            record["outcome"],
            outcome_mark(record["outcome"]),
            sentence(record, openings),
            label="Decision",
        ),
        sections=tuple(
            Section(number, heading, blocks)
            for number, (heading, blocks) in enumerate(_parts(record, openings), 1)
        ),
        foot=f"Decision {record['decision']}, dossier {record['dossier']['sha256']}",
    )


def title(record: Mapping[str, Any]) -> str:
    """Product and version."""
    return f"{record['release']['product_name']} {record['release']['version']}"


def header(record: Mapping[str, Any]) -> Facts:
    """When, where to, until when."""
    target = record["target"]
    return Facts(
        (
            ("Decided", Cell(_moment(record["decided_at"]))),
            ("Class and track", Cell(_kind(record["release"]))),
            ("Environment", Cell(target["environment"] or _SILENT)),
            ("Release window", Cell(_window(target))),
            *([("Valid until", Cell(_moment(record["valid_until"])))] if _lasts(record) else []),
        )
    )


def accepted_by_name(record: Mapping[str, Any]) -> list[str]:
    """What the signatures of an override accept, a sentence each kind; empty where nothing was overridden."""
    if not record.get("override_record"):
        return []
    kinds = accepted(record).items()
    return [f"The override accepts {kind} by name: {listed(names)}" for kind, names in kinds if names]


def accepted(record: Mapping[str, Any]) -> dict[str, list[str]]:
    """What an override accepts, by kind; a blocker by its title, for nobody knows it by its key."""
    override, titles = record["override_record"], {one["key"]: one["title"] for one in record["blockers"]}
    return {
        "criteria": list(override["criteria"]),
        "defects": list(override["defects"]),
        "blockers": [titles.get(key, key) for key in override["blockers"]],
    }


def defects_that_ship(record: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """Open defects that the gates found beside those of the register, where the record names them."""
    known = {one["number"] for one in record["defects"]}
    return [one for one in record.get("shipping", ()) if one["id"] not in known]


def agreement(record: Mapping[str, Any]) -> Facts:
    """By which rules, on which dossier and artefacts."""
    rulebook = record["rulebook"]
    shipped = [(f"Artefact {one['name']}", Cell(one["sha256"], code=True)) for one in record["artefacts"]]
    return Facts(
        (
            ("Rulebook", Cell(f"edition {rulebook['edition']}")),
            ("Rulebook digest", Cell(rulebook["meaning"], code=True)),
            ("Rulebook's file, SHA-256", Cell(rulebook["sha256"], code=True)),
            ("Dossier that was signed", Cell(record["dossier"]["sha256"], code=True)),
            *shipped,
        )
    )


def sentence(record: Mapping[str, Any], openings: Openings) -> str:
    """The decision in one sentence, with who took it."""
    decided = record["decided"]
    who = f"{role_words(decided['role'])} ({name_of(decided, openings)})"
    said = f"{record['moment'].capitalize()} decision by {who} on {signed_at(decided)}"
    if record["outcome"] == "GO BY OVERRIDE":
        return f"{said}: a no-go was overridden by two signatures, each named below."
    if record["conditions"]:
        return f"{said}, on {count(len(record['conditions']), 'condition')} checked at deployment."
    return f"{said}."


def _parts(record: Mapping[str, Any], openings: Openings) -> Iterator[tuple[str, tuple[Block, ...]]]:
    if override := record.get("override_record"):
        yield "What was overridden", tuple(_overridden(record, override, openings))
    if emergency := record.get("emergency"):
        yield "Emergency", tuple(_emergency(emergency, openings))
    yield "Gates", (_gates(record),)
    signed = [*([record["verdict"]] if record["verdict"] else []), *record["votes"], record["decided"]]
    yield "Signatures", tuple(_signatures(record, signed, openings))
    yield "Conditions", (_bullets(record["conditions"], "None."),)
    yield "Waivers and accepted risks", tuple(_risks(record))
    yield "Objections and dissent", tuple(_objections(record, signed, openings))
    if record["reasons"]:
        yield "What stood against going", (_bullets([one["text"] for one in record["reasons"]], "Nothing."),)
    if record["remediation"]:
        yield "What it takes to come back", (_bullets(record["remediation"], "Nothing."),)
    if record["cautions"]:
        yield "Out of the ordinary", (_bullets(record["cautions"], "Nothing."),)


def _overridden(
    record: Mapping[str, Any], override: Mapping[str, Any], openings: Openings
) -> Iterator[Block]:
    yield Facts(
        (
            ("No-go of", Cell(_moment(override["of_at"]))),
            ("Asked for", Cell(_moment(override["asked_at"]))),
            ("Receipt of the risk statement confirmed", Cell(_received(override, openings))),
            ("Risk statement, SHA-256", Cell(override["statement"]["sha256"], code=True)),
        )
    )
    for kind, names in accepted(record).items():
        yield Text(f"{kind.capitalize()} that were accepted by name: {listed(names) or 'none'}.")
    yield signature_table("Signatures of the override", override["signatures"], openings)


def _received(override: Mapping[str, Any], openings: Openings) -> str:
    """When, and by whom where that is one of the signers; the authority alone receives it."""
    signed = (one for one in override["signatures"] if one["person"] == override["receipt_by"])
    names = [f" by {role_words(one['role'])}, {name_of(one, openings)}" for one in signed]
    return f"{_moment(override['receipt_at'])}{''.join(names[:1])}"


def _emergency(emergency: Mapping[str, Any], openings: Openings) -> Iterator[Block]:
    """Why it was one, what it was locked to, and its list as it stood when it was decided."""
    yield Facts(
        (
            ("Classified", Cell(f"{_moment(emergency['at'])} by {role_words(emergency['role'])}")),
            ("Reason", Cell(openings.get(emergency["reason"]["commitment"], "reason erased"))),
            ("Reference", Cell(emergency["reference"])),
            ("Locked to", Cell(listed(emergency["paths"]) or _SILENT)),
            ("Share of emergencies", Cell(emergency["share"] or _SILENT)),
        )
    )
    rows = tuple(
        (Cell(one["title"]), Cell("met" if one["met"] else "open"), Cell(one["why"]))
        for one in emergency["points"]
    )
    yield Table("The emergency's list", tuple(map(Column, ("Point", "State", "Shown by"))), rows)


def _gates(record: Mapping[str, Any]) -> Table | Text:
    if not record["gates"]:
        return Text("No gate was judged.")
    rows = tuple(
        (
            Cell(one["gate"]),
            Cell(one["outcome"] or "not judged"),
            Cell("; ".join([*one["blockers"], *([one["stale"]] if one["stale"] else [])]) or "nothing"),
            Cell(one["reports"].get("json", {}).get("sha256", "none"), code=True),
        )
        for one in record["gates"]
    )
    columns = ("Gate", "Verdict", "What blocks", "Report, SHA-256")
    return Table("Gates as they were judged", tuple(map(Column, columns)), rows)


def _signatures(
    record: Mapping[str, Any], signed: list[Mapping[str, Any]], openings: Openings
) -> Iterator[Block]:
    yield signature_table("Quality verdict, votes and decision", signed, openings)
    if record["missing"]:
        yield Text(f"Asked and not heard: {roles_named(record['missing'])}.")


def _risks(record: Mapping[str, Any]) -> Iterator[Block]:
    lines = accepted_by_name(record)
    lines += [
        f"{one['criterion']} is waived until {_moment(one['expires_at'])}, by {roles_named(one['roles'])}"
        for one in record["waivers"]
    ]
    lines += [
        f"{one['defect']} ({one['severity']}) is accepted until {_moment(one['expires_at'])}, "
        f"by {roles_named(one['roles'])}"
        for one in record["acceptances"]
    ]
    yield _bullets(lines, "Nothing is waived or accepted.")
    if record["defects"]:
        yield _defects("Open defects of the register", "number", record["defects"])
    if shipping := defects_that_ship(record):
        yield _defects("Open defects that the gates found and that ship", "id", shipping)


def _defects(title: str, number: str, found: list[Mapping[str, str]]) -> Table:
    names = (number, "severity", "title", "decision")
    rows = tuple(tuple(Cell(one[name]) for name in names) for one in found)
    return Table(title, tuple(map(Column, ("Defect", "Severity", "Title", "Decision"))), rows)


def _objections(
    record: Mapping[str, Any], signed: list[Mapping[str, Any]], openings: Openings
) -> Iterator[Block]:
    known = {one["sign_off"]: one for one in signed}
    against = [
        f"{role_words(one['role'])} ({name_of(known[one['sign_off']], openings)}): "
        f"{known[one['sign_off']]['meaning']}"
        for one in record["dissent"]
        if one["sign_off"] in known
    ]
    yield _bullets(against, "Nobody dissented.")
    if record["blockers"]:
        yield Bullets(
            tuple(
                f"Blocker {one['title']}: {one['state']}, raised {_moment(one['raised_at'])}"
                for one in record["blockers"]
            )
        )


def _bullets(lines: list[str], none: str) -> Bullets | Text:
    return Bullets(tuple(lines)) if lines else Text(none)


def _window(target: Mapping[str, Any]) -> str:
    if not target["opens_at"]:
        return _SILENT
    closes = f" to {_moment(target['closes_at'])}" if target["closes_at"] else ""
    zone = f", planned in {target['zone']}" if target["zone"] else ""
    return f"{_moment(target['opens_at'])}{closes}{zone}"


def _kind(release: Mapping[str, Any]) -> str:
    named = [release[name] for name in ("release_class", "track") if release.get(name)]
    return ", ".join(named) or _SILENT


def _lasts(record: Mapping[str, Any]) -> bool:
    """Whether the decision lets anything happen afterwards; a no-go ends with itself."""
    until = record["valid_until"]
    return not until or datetime.fromisoformat(until) > datetime.fromisoformat(record["decided_at"])


def _moment(text: str) -> str:
    return moment(datetime.fromisoformat(text)) if text else _SILENT
