"""What a CONDITIONAL GO depends on, in a form that a machine checks again before the deployment."""

from __future__ import annotations

from flightrules.engine.verdict import Condition, CriterionResult, DefectLine

__all__ = ["conditions_of"]


def conditions_of(
    results: tuple[CriterionResult, ...], defects: tuple[DefectLine, ...]
) -> tuple[Condition, ...]:
    """One condition for each waiver and each accepted defect; unmet until proven."""
    found = [_of_waiver(result) for result in results if result.waiver is not None]
    found += [_of_acceptance(line) for line in defects if line.acceptance is not None]
    return tuple(condition for part in found for condition in part)


def _of_waiver(result: CriterionResult) -> list[Condition]:
    waiver = result.waiver
    if waiver is None:
        return []
    until = waiver.expires_at.isoformat()
    return [
        Condition(
            "waiver-valid",
            f"waiver {waiver.id} of {result.rule.id} holds for {waiver.scope} until {until}",
            (
                ("criterion", result.rule.id),
                ("expires", until),
                ("scope", waiver.scope),
                ("waiver", waiver.id),
            ),
        ),
        Condition(
            "control-in-place",
            f"in place: {waiver.compensating_control}",
            (("control", waiver.compensating_control), ("waiver", waiver.id)),
        ),
    ]


def _of_acceptance(line: DefectLine) -> list[Condition]:
    accepted = line.acceptance
    if accepted is None:
        return []
    until = accepted.expires_at.isoformat() if accepted.expires_at else accepted.resolution_target
    return [
        Condition(
            "acceptance-valid",
            f"{line.id} is accepted until {until}; mitigation: {accepted.mitigation}",
            (("defect", line.id), ("expires", until), ("mitigation", accepted.mitigation)),
        )
    ]
