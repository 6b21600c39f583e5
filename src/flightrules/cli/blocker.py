"""Hold something against a release, list what is held, say that it is gone, or accept it with a mitigation.

A blocker names what it costs and where it can be seen. Accepting one is signed, by another person than the
one who raised it.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.proving import add_proof_options
from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import add_format_option, every, one_of, prove_terms, required, table, told
from flightrules.cli.remote_decisions import add_release_options, release_of
from flightrules.errors import ExitCode

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=("list", "raise", "resolve", "accept"), help="what you do")
    parser.add_argument("blocker", nargs="?", metavar="BLOCKER", help="its key, or the first letters of it")
    add_release_options(parser)
    parser.add_argument("--title", metavar="TEXT", default="", help="raise: what is wrong, in one line")
    parser.add_argument("--impact", metavar="TEXT", default="", help="raise: what it costs, with a number")
    parser.add_argument(
        "--evidence", metavar="URL", default="", help="where it can be seen, or that it is gone"
    )
    parser.add_argument("--sha256", metavar="DIGEST", default="", help="the same as evidence of the release")
    parser.add_argument("--gate-run", metavar="KEY", default="", help="resolve: a run that opens its gate")
    parser.add_argument(
        "--defect", metavar="NUMBER", default="", help="resolve: a defect that was closed since"
    )
    parser.add_argument("--said", metavar="TEXT", default="", help="resolve: what was done")
    parser.add_argument("--mitigation", metavar="TEXT", default="", help="accept: what makes it bearable")
    parser.add_argument("--owner", metavar="NAME", default="", help="accept: who sees to the mitigation")
    add_format_option(parser)
    add_proof_options(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands."""
    service = office()
    release = release_of(service, arguments)
    if arguments.act == "list":
        rows = every(service, f"/releases/{release['key']}/blockers")
        told(arguments, rows, table(("KEY", "STATE", "AGE", "TITLE"), map(_row, rows), "no blocker"))
        return int(ExitCode.GO)
    made = (
        _raised(service, release, arguments)
        if arguments.act == "raise"
        else _ended(service, release, arguments)
    )
    told(arguments, made, [f"{plain(made['state'])}: {plain(made['title'])} ({plain(made['key'])})"])
    return int(ExitCode.GO)


def _raised(service: Office, release: dict[str, Any], arguments: Namespace) -> Any:
    required(arguments, "title", "impact")
    body = {"title": arguments.title, "business_impact": arguments.impact, **_cited(arguments)}
    if arguments.blocker:
        body["again"] = _named(service, release, arguments.blocker)["key"]
    return service.post(f"/releases/{release['key']}/blockers", body)


def _ended(service: Office, release: dict[str, Any], arguments: Namespace) -> Any:
    found = _named(service, release, arguments.blocker)
    if arguments.act == "resolve":
        required(arguments, "said")
        shown = {"gate_run": arguments.gate_run, "defect": arguments.defect}
        body = {"said": arguments.said, **_cited(arguments), **{k: v for k, v in shown.items() if v}}
        return service.post(f"/blockers/{found['key']}/resolution", body)
    required(arguments, "mitigation", "owner")
    terms = {"mitigation": arguments.mitigation, "owner": arguments.owner}
    prove_terms(service, "accept-blocker", f"blocker/{found['key']}", terms, arguments)
    return service.post(f"/blockers/{found['key']}/acceptance", terms)


def _named(service: Office, release: dict[str, Any], key: str | None) -> dict[str, Any]:
    return one_of(every(service, f"/releases/{release['key']}/blockers"), key, "blocker", "title")


def _cited(arguments: Namespace) -> dict[str, str]:
    said = {"evidence": arguments.evidence, "evidence_sha256": arguments.sha256.removeprefix("sha256:")}
    return {name: value for name, value in said.items() if value}


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    hours, late = one["age_seconds"] // 3600, " late" if one["overdue"] else ""
    state = one["state"]
    if state == "overruled":
        state = f"overruled by override {one['overruled_by'][:8]}"
    if one.get("ended_shown") == "claimed":
        state = f"{state} (claimed)"
    return one["key"][:8], state, f"{hours} h{late}", f"{one['title']}: {one['business_impact']}"
