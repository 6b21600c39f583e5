"""A desk for verdicts: a rulebook as text, artefacts as bytes, one moment."""

from datetime import UTC, datetime

import pytest

from flightrules.engine.criterion_result import Case
from flightrules.engine.evaluate import evaluate
from flightrules.engine.facts import Changes, Facts, Found, Refusal
from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Evidence
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source
from flightrules.rules.exception_files import load_acceptances, load_waivers
from flightrules.rules.loading import load_rulebook

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Desk:
    """Hands bytes to the engine the way the command line does."""

    now = NOW

    def artefact(self, method, data, *, taken_at=NOW, environment=None, build=None, path="evidence"):
        """One artefact as evidence, or as a refusal."""
        source = Source.of(data if isinstance(data, bytes) else data.encode(), path)
        try:
            reading = read(source)
        except EvidenceError as error:
            return Refusal(path, error.code, error.message, error.line, error.column, error.hint)
        return Evidence(
            method, path, source.digest(), source.size, reading, NOW, taken_at, environment, build, "binding"
        )

    def found(self, *artefacts, baseline=(), looked_for=("reports/*",)):
        """What a method yielded."""
        return Found(
            tuple(one for one in artefacts if isinstance(one, Evidence)),
            tuple(one for one in artefacts if isinstance(one, Refusal)),
            tuple(one for one in baseline if isinstance(one, Evidence)),
            tuple(one for one in baseline if isinstance(one, Refusal)),
            looked_for,
        )

    def decide(
        self,
        rulebook,
        found=None,
        *,
        waivers="",
        acceptances="",
        version="4.2.1",
        build=None,
        artefact=None,
        changes=None,
        gate=None,
    ):
        """The verdict on a rulebook's gate."""
        book = load_rulebook(("flightrules: 1\nproduct: Shop\n" + rulebook).encode(), "rules.yml")
        facts = Facts(found or {}, changes or {})
        accepted = load_acceptances(acceptances.encode(), "acceptances.yml") if acceptances else ()
        waived = load_waivers(waivers.encode(), "waivers.yml") if waivers else ()
        case = Case(book, facts, NOW, version, build, accepted, artefact)
        return evaluate(book.gate(gate) if gate else book.gates[0], case, waived)

    def changed(self, base, lines):
        """Changed lines as git would tell them."""
        return Changes(base, {path: frozenset(numbers) for path, numbers in lines.items()}, frozenset(lines))


@pytest.fixture
def desk():
    """The desk."""
    return Desk()


def junit(passed=0, failed=0, errored=0, skipped=0, prefix="t", classname="suite"):
    """A JUnit document with so many cases of each kind."""
    cases = [f'<testcase classname="{classname}" name="{prefix}p{i}"/>' for i in range(passed)]
    cases += [
        f'<testcase classname="{classname}" name="{prefix}f{i}"><failure message="no"/></testcase>'
        for i in range(failed)
    ]
    cases += [
        f'<testcase classname="{classname}" name="{prefix}e{i}"><error message="no"/></testcase>'
        for i in range(errored)
    ]
    cases += [
        f'<testcase classname="{classname}" name="{prefix}s{i}"><skipped/></testcase>' for i in range(skipped)
    ]
    return f'<testsuite name="s">{"".join(cases)}</testsuite>'


@pytest.fixture(name="junit")
def junit_fixture():
    """Writes JUnit documents."""
    return junit
