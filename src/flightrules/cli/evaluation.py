"""One evaluation as ``check``, ``why`` and ``verify`` run it: rulebook, evidence, verdict."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING

from flightrules.cli.approvals import with_signatures
from flightrules.cli.discover import FOLDER, find_rulebook, read_file
from flightrules.cli.gather import gather
from flightrules.cli.plan import Gathering
from flightrules.cli.terminal import Progress
from flightrules.errors import EvidenceError, UsageError
from flightrules.rules.environments import environment_named
from flightrules.rules.exceptions import Acceptance, Waiver
from flightrules.rules.gate import Gate
from flightrules.rules.loading import load_rulebook, profile_rulebook
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.source import Binding
from flightrules.values import frozen, is_sha256

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

    from flightrules.cli.second import Second
    from flightrules.engine.facts import Facts, Passed
    from flightrules.engine.verdict import Verdict

__all__ = ["DEFAULT_PROFILE", "Evaluation", "evaluate_here", "load_here"]

DEFAULT_PROFILE = "web-feature"
_YEARS = range(1970, 9000)  # before and after, sums with time spans leave the calendar


@frozen
class Evaluation:
    """The verdict and what it was reached with."""

    verdict: Verdict
    rulebook: Rulebook
    facts: Facts
    root: str

    @property
    def found_anything(self) -> bool:
        """Whether any artefact was found, readable or not."""
        return any(found.evidence or found.refused for found in self.facts.found.values())


def evaluate_here(
    arguments: Namespace,
    now: datetime,
    beside: Callable[[], None] = lambda: None,
    second: Second | None = None,
) -> Evaluation:
    """Load, gather, judge; see ``gather`` for ``beside`` and ``second``."""
    rulebook, root = load_here(arguments.rulebook)
    as_of = _moment(arguments.as_of) if arguments.as_of else now
    gate = _gate(rulebook, arguments.gate)
    place, passed = _way_up(rulebook, arguments)
    progress = Progress(wanted=not arguments.no_progress, accessible=arguments.accessible)
    plan = Gathering(root, as_of, _bindings(root), _extra(arguments.evidence, rulebook), arguments.base)
    facts = gather(rulebook, plan, progress.step, beside, second)
    progress.done()
    from flightrules.engine.evaluate import evaluate  # loaded beside the reading where that is long
    from flightrules.engine.standing import Case

    version = arguments.release or rulebook.product.version
    artefact = _artefact(arguments.artefact)
    case = Case(
        rulebook,
        facts,
        as_of,
        version,
        arguments.build,
        _acceptances(root, rulebook),
        artefact,
        place,
        passed,
    )
    verdict = evaluate(gate, case, _waivers(root, rulebook))
    return Evaluation(verdict, rulebook, facts, root)


def load_here(path: str | None) -> tuple[Rulebook, str]:
    """The rulebook named or found, or the default profile; and the folder that its paths are relative to."""
    found = path or find_rulebook(os.getcwd())
    if found is None:
        return profile_rulebook(DEFAULT_PROFILE), os.getcwd()
    return load_rulebook(read_file(found), found), os.path.dirname(os.path.abspath(found))


def _gate(rulebook: Rulebook, name: str | None) -> Gate:
    gate = rulebook.gate(name) if name else rulebook.exit_gate()
    exits = [one.id for one in rulebook.gates if one.kind == "exit"]
    if name is None and len(exits) > 1:
        raise UsageError(
            "E_GATE",
            f"the rulebook has {len(exits)} exit gates: {', '.join(exits)}",
            file=rulebook.origin,
            hint="name one with --gate",
        )
    if gate is None and name is None and len(rulebook.gates) == 1:
        gate = rulebook.gates[0]
    if gate is None:
        known = ", ".join(one.id for one in rulebook.gates) or "none"
        what = f"there is no gate {name!r}" if name else "the rulebook has no exit gate"
        raise UsageError("E_GATE", what, file=rulebook.origin, hint=f"name one with --gate; known: {known}")
    return gate


def _way_up(rulebook: Rulebook, arguments: Namespace) -> tuple[str, tuple[Passed, ...]]:
    """Where the build is said to be, and the verdicts from where it was before; ``push`` says neither."""
    stated = getattr(arguments, "environment", None) or ""
    place = environment_named(rulebook.environments, stated) if stated else None
    if stated and place is None:
        known = ", ".join(one.id for one in rulebook.environments) or "none"
        raise UsageError(
            "E_REFERENCE", f"the rulebook knows no environment {stated[:60]!r}", hint=f"known: {known}"
        )
    here = place.id if place is not None else ""
    named = getattr(arguments, "passed", None)
    if not named:
        return here, ()
    from flightrules.cli.upstream import passed_from

    return here, passed_from(named, arguments.passed_key)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.year not in _YEARS:
        raise UsageError(
            "E_TIME", f"--as-of {text[:40]!r} is no time with a zone", hint="write 2026-11-21T09:00:00Z"
        )
    return moment


def _extra(named: list[str], rulebook: Rulebook) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in named:
        method, sign, path = one.partition("=")
        source = rulebook.source(method) if sign else None
        if source is None:
            known = ", ".join(source.name for source in rulebook.sources) or "none"
            raise UsageError(
                "E_METHOD",
                f"--evidence {one[:60]!r} names no method",
                hint=f"write METHOD=PATH; known: {known}",
            )
        found[source.name] = (*found.get(source.name, ()), path)
    return found


def _optional(root: str, name: str) -> bytes | None:
    path = os.path.join(root, FOLDER, name)
    return read_file(path, what="file") if os.path.lexists(path) else None


def _waivers(root: str, rulebook: Rulebook) -> tuple[Waiver, ...]:
    from flightrules.rules.exception_files import load_waivers

    data, path = _optional(root, "waivers.yml"), os.path.join(root, FOLDER, "waivers.yml")
    found = load_waivers(data, f"{FOLDER}/waivers.yml") if data is not None else ()
    return with_signatures(found, data or b"", path, rulebook, root)


def _acceptances(root: str, rulebook: Rulebook) -> tuple[Acceptance, ...]:
    from flightrules.rules.exception_files import load_acceptances

    data, path = _optional(root, "acceptances.yml"), os.path.join(root, FOLDER, "acceptances.yml")
    found = load_acceptances(data, f"{FOLDER}/acceptances.yml") if data is not None else ()
    return with_signatures(found, data or b"", path, rulebook, root)


def _bindings(root: str) -> dict[str, Binding]:
    from flightrules.rules.exception_files import load_bindings

    data = _optional(root, "evidence.yml")
    found = load_bindings(data, f"{FOLDER}/evidence.yml") if data is not None else ()
    return {one.sha256: one for one in found}


def _artefact(named: str | None) -> str | None:
    if named is None:
        return None
    if named.startswith("sha256:"):
        digest = named.removeprefix("sha256:").lower()
        if not is_sha256(digest):
            raise UsageError(
                "E_DIGEST_FORM",
                f"{named[:80]!r} is no SHA-256 digest",
                hint="write sha256: and 64 hex digits",
            )
        return digest
    from flightrules.evidence.source import Source

    try:
        with Source.open(named) as source:
            return source.digest()
    except EvidenceError as error:
        raise UsageError(error.code, error.message, file=named, hint=error.hint) from None
