"""Gate evaluation: thousands of criteria over ten times as many measurements.

All contenders prepare criteria and measurements untimed. The peers answer true or false. Ours answers with a
verdict: the outcome and every status, which knows its actual value, reason, evidence and fix
when it is asked for them, as a report does.

All find what was measured by metric and labels, for that is how evidence names it: a dictionary by bare names
would be a look-up that somebody else has done, at a third of the price of the floor's. The peers get
the whole numbers that the file holds, which CEL compares faster than doubles; ours compares exact decimals.
"""

from __future__ import annotations

import json
from typing import Any

from contenders.reading import Numbers, Work

__all__ = ["floor_lookup", "ours", "peer_cel_python", "peer_cel_rust"]

Key = tuple[str, tuple[tuple[str, str], ...]]


def _data(path: str) -> tuple[dict[str, int], list[tuple[str, int]], int]:
    with open(path, encoding="utf-8") as file:
        found = json.load(file)
    return found["values"], [(name, limit) for name, limit in found["criteria"]], found["methods"]


def _key(series: str) -> Key:
    return "monitoring.value", (("series", series),)


def floor_lookup() -> Any:
    """A dictionary asked and two numbers compared, for every criterion."""

    def prepare(path: str) -> Work:
        values, criteria, _ = _data(path)
        measured = {_key(name): value for name, value in values.items()}
        asked = [(_key(name), limit) for name, limit in criteria]

        def work(_: str) -> Numbers:
            return {"met": sum([measured[key] <= limit for key, limit in asked])}

        return work

    return prepare


def peer_cel_rust() -> Any:
    import cel

    def prepare(path: str) -> Work:
        values, criteria, _ = _data(path)
        measured = {_key(name): value for name, value in values.items()}
        programs = [(cel.compile(f"actual <= {limit}"), _key(name)) for name, limit in criteria]

        def work(_: str) -> Numbers:
            return {"met": sum([program.execute({"actual": measured[key]}) for program, key in programs])}

        return work

    return prepare


def peer_cel_python() -> Any:
    """On the first twentieth of the criteria, many times the work of the others; scaled up by the row."""
    import celpy

    def prepare(path: str) -> Work:
        values, criteria, _ = _data(path)
        measured = {_key(name): celpy.celtypes.IntType(value) for name, value in values.items()}
        engine = celpy.Environment()
        few = criteria[: max(len(criteria) // 20, 1)]
        programs = [(engine.program(engine.compile(f"actual <= {limit}")), _key(name)) for name, limit in few]

        def work(_: str) -> Numbers:
            met = [bool(program.evaluate({"actual": measured[key]})) for program, key in programs]
            return {"met_of_few": sum(met)}

        return work

    return prepare


def ours() -> Any:
    import gc
    from datetime import UTC, datetime
    from decimal import Decimal

    from flightrules.engine.criterion_result import Case
    from flightrules.engine.evaluate import evaluate
    from flightrules.engine.evaluate import prepare as make_ready
    from flightrules.engine.facts import Facts, Found
    from flightrules.engine.verdict import Status
    from flightrules.evidence.measurement import Evidence, Measurement, Reading
    from flightrules.rules.criterion import Criterion, Operator, Rule
    from flightrules.rules.gate import Gate
    from flightrules.rules.rulebook import Rulebook
    from flightrules.rules.source import EvidenceSource

    now = datetime(2026, 11, 21, 9, tzinfo=UTC)
    gc.set_threshold(1_000_000)  # as `check` does

    def evidence(method: str, values: list[tuple[str, int]]) -> Evidence:
        numbers = [
            Measurement("monitoring.value", Decimal(value), "1", (("series", name),))
            for name, value in values
        ]
        return Evidence(
            method, f"{method}.json", "0" * 64, 1, Reading("generic", extra=tuple(numbers)), now, now
        )

    def rule(at: int, series: str, limit: int, method: str) -> Rule:
        selectors = (("series", series),)
        asked = Criterion("monitoring.value", Operator.AT_MOST, Decimal(limit), "1", selectors, method=method)
        return Rule(f"c{at}", f"{series} <= {limit}", asked)

    def prepare(path: str) -> Work:
        values, criteria, methods = _data(path)
        held: list[list[tuple[str, int]]] = [[] for _ in range(methods)]
        for name, value in values.items():
            held[int(name[1:]) % methods].append((name, value))
        rules = tuple(
            rule(at, name, limit, f"m{int(name[1:]) % methods}") for at, (name, limit) in enumerate(criteria)
        )
        gate = Gate("exit", "Exit", "exit", tuple(one.id for one in rules))
        sources = tuple(EvidenceSource(f"m{at}", None, ()) for at in range(methods))
        case = Case(
            Rulebook(rules=rules, gates=(gate,), sources=sources),
            Facts({f"m{at}": Found((evidence(f"m{at}", held[at]),)) for at in range(methods)}),
            now,
        )

        make_ready(gate, case)
        passed = Status.PASS

        def work(_: str) -> Numbers:
            results = evaluate(gate, case).results
            return {"met": sum([one.status is passed for one in results]), "criteria": len(results)}

        return work

    return prepare
