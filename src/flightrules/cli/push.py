"""Send the evidence found here to the service, and have it judge for itself.

Reads rulebook and evidence as ``check`` does, uploads every file that was found, sends what was found here
as a claim, and prints the service's own verdict. The exit code is that verdict's, as of ``check``.
FLIGHTRULES_URL and FLIGHTRULES_TOKEN name the service and who asks.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from flightrules.cli.evaluation import Evaluation, evaluate_here
from flightrules.cli.outputs import write_file
from flightrules.cli.remote import Office, find_release, office, plain
from flightrules.cli.remote_verdict import await_run, exit_code_of_run, seconds, shown
from flightrules.cli.terminal import say
from flightrules.errors import EvidenceError, ExitCode, UsageError
from flightrules.evidence.measurement import Evidence
from flightrules.reports.report import Report

__all__ = ["configure", "execute"]

_CLAIM_LIMIT = 900_000
CHANGES = "changes.diff"


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    where = parser.add_argument_group("what is sent")
    where.add_argument("--product", metavar="KEY", help="the product's key; else from FLIGHTRULES_PRODUCT")
    where.add_argument("--release", metavar="VERSION", help="the version; else the rulebook's")
    where.add_argument("--rulebook", metavar="FILE", help="the rulebook; else the nearest upwards")
    where.add_argument("--gate", metavar="ID", help="the gate; else the exit gate")
    where.add_argument("--build", metavar="BUILD", help="the build that the evidence is of")
    where.add_argument("--artefact", metavar="FILE", help="what is released: a file, or sha256:DIGEST")
    where.add_argument("--base", metavar="COMMIT", help="commit that new-code coverage compares with")
    where.add_argument(
        "--evidence", action="append", default=[], metavar="METHOD=PATH", help="files of a method"
    )
    where.add_argument(
        "--authors-since", metavar="COMMIT", help="state who wrote what is new since this commit"
    )
    where.add_argument("--as-of", metavar="TIME", help="what is claimed is as of this moment (RFC 3339)")
    where.add_argument("--sign", metavar="KEY", help="sign what is claimed with this private key")
    out = parser.add_argument_group("what is written")
    out.add_argument("--attest", metavar="FILE", help="where the signed record goes, with --sign")
    out.add_argument("--report", metavar="FILE", help="write the service's report (.html, .md or .json)")
    out.add_argument("--timeout", type=seconds, default=300, metavar="S", help="how long to wait; 300")
    out.add_argument("--accessible", action="store_true", help="words only")
    out.add_argument("--no-progress", action="store_true")


def execute(arguments: Namespace) -> int:
    """Evaluate here, send, have it judged there, say what came of it."""
    service = office()
    now = datetime.now(UTC)  # the one clock reading
    evaluation = evaluate_here(arguments, now)
    product = arguments.product or os.environ.get("FLIGHTRULES_PRODUCT", "")
    if not product or not evaluation.verdict.version:
        raise UsageError(
            "E_REMOTE_RELEASE", "nothing says which release this is", hint="give --product and --release"
        )
    release = find_release(service, product, evaluation.verdict.version)
    sent = sum(_send(service, release["key"], evaluation, arguments))
    sent += sum(_send_changes(service, release["key"], evaluation, arguments))
    if arguments.authors_since:
        _send_authors(service, release["key"], evaluation.root, arguments.authors_since)
    claim = _claim(evaluation, arguments)
    run = service.post(
        f"/releases/{release['key']}/gate-runs", {"gate": evaluation.verdict.gate, "claim": claim}
    )
    run = await_run(service, run, arguments.timeout)
    title = f"{product} {evaluation.verdict.version}"
    say(f"sent {sent} files\n{shown(run, title)}".encode())
    if arguments.report and run["judged_at"]:
        _save_report(service, run, arguments.report)
    return int(exit_code_of_run(run) if sent or run["statuses"] else ExitCode.NOTHING_EVALUATED)


def _send(service: Office, release: str, evaluation: Evaluation, arguments: Namespace) -> Iterator[int]:
    """One for each file that was sent; one that is refused here is sent too, for it may hold the failure."""
    for method, found in sorted(evaluation.facts.found.items()):
        for part, evidence, refused in (
            ("evidence", found.evidence, found.refused),
            ("baseline", found.baseline, found.baseline_refused),
        ):
            for one in evidence:
                yield _sent(service, release, evaluation.root, _said(one, method, part, arguments))
            for refusal in refused:
                if refusal.digest:
                    said = {"method": method, "name": refusal.path, "part": part, "sha256": refusal.digest}
                    yield _sent(service, release, evaluation.root, said)


def _sent(service: Office, release: str, root: str, said: dict[str, str]) -> int:
    service.post_file(f"/releases/{release}/evidence", os.path.join(root, said["name"]), said)
    return 1


def _send_authors(service: Office, release: str, root: str, base: str) -> None:
    """Who wrote what is new since a commit, by git's word; the service finds out whose addresses they are."""
    from flightrules.connectors.git import authored_since

    try:
        found = authored_since(root, base)
    except EvidenceError as error:
        raise UsageError(error.code, error.message, hint=error.hint) from None
    if not found.commits:
        raise UsageError(
            "E_NO_BASELINE", f"no commit is new since {plain(base)}", hint="name what users have now"
        )
    made = service.post(
        f"/releases/{release}/change-authors",
        {"base": found.base, "head": found.head, "commits": found.commits, "authors": list(found.addresses)},
    )
    unknown = f", {made['unknown']} of them unknown to the service" if made["unknown"] else ""
    say(f"authors of {found.commits} commits: {len(found.addresses)}{unknown}\n".encode())


def _send_changes(
    service: Office, release: str, evaluation: Evaluation, arguments: Namespace
) -> Iterator[int]:
    """One for each method whose new lines are known here: git's own diff, for the service to measure with."""
    for method, changes in sorted(evaluation.facts.changes.items()):
        source = evaluation.rulebook.source(method)
        base = arguments.base or (source.compare_with if source else None)
        if changes.refusal is not None or not base:
            continue
        from flightrules.connectors.changes import written_changes
        from flightrules.connectors.git import Asked

        data = written_changes(base, Asked(evaluation.root, base).said())
        said = {**_bound(method, evaluation, arguments), "method": method, "name": CHANGES, "part": "changes"}
        service.post_bytes(f"/releases/{release}/evidence", data, said)
        yield 1


def _bound(method: str, evaluation: Evaluation, arguments: Namespace) -> dict[str, str]:
    """Build and artefact of a diff: as named here, else those of the one build that the evidence is of."""
    builds = {one.build for one in evaluation.facts.of(method).evidence if one.build}
    build = arguments.build or (builds.pop() if len(builds) == 1 else "")
    named = arguments.artefact or ""
    artefact = named.removeprefix("sha256:") if named.startswith("sha256:") else ""
    return {name: value for name, value in (("build", build), ("artefact", artefact)) if value}


def _said(one: Evidence, method: str, part: str, arguments: Namespace) -> dict[str, str]:
    """What is stated with the bytes; the service holds the content against it."""
    artefact = one.reading.facts.get("artefact", "")
    named = arguments.artefact or ""
    said = {
        "method": method,
        "name": one.path,
        "part": part,
        "sha256": one.digest,
        "build": one.build or arguments.build or "",
        "environment": one.environment or "",
        "artefact": (artefact or (named if named.startswith("sha256:") else "")).removeprefix("sha256:"),
        "taken_at": one.taken_at.isoformat() if one.taken_at else "",
    }
    return {name: value for name, value in said.items() if value}


def _claim(evaluation: Evaluation, arguments: Namespace) -> str | None:
    """What was found here, signed if a key was given; left out where it is too large to be read beside."""
    if arguments.sign or arguments.attest:
        from flightrules.cli.signing import sign_verdict

        sign_verdict(evaluation, key=arguments.sign, target=arguments.attest)
        with open(arguments.attest, encoding="utf-8") as file:
            text = file.read()
    else:
        from flightrules.reports.json_report import render

        text = render(Report(evaluation.verdict, evaluation.rulebook))
    return text if len(text) <= _CLAIM_LIMIT else None


def _save_report(service: Office, run: dict[str, Any], path: str) -> None:
    form = os.path.splitext(path)[1].removeprefix(".")
    if form not in run["reports"]:
        raise UsageError(
            "E_OUTPUT", f"--report {path[:80]!r} is of no known form", hint="end it in .html, .md or .json"
        )
    write_file(path, service.get_bytes(f"/gate-runs/{run['key']}/report.{form}"))
