"""What a CONDITIONAL GO depends on, in a form that a machine checks again before the deployment."""

from __future__ import annotations

from flightrules.engine.verdict import Condition, CriterionResult, DefectLine
from flightrules.rules.exceptions import Acceptance, Waiver

__all__ = ["conditions_of"]


def conditions_of(
    results: tuple[CriterionResult, ...], defects: tuple[DefectLine, ...]
) -> tuple[Condition, ...]:
    """One condition for each waiver and each accepted defect; unmet until proven."""
    found = [_of_waiver(result.rule.id, result.waiver) for result in results if result.waiver is not None]
    found += [_of_acceptance(line.id, line.acceptance) for line in defects if line.acceptance is not None]
    return tuple(condition for part in found for condition in part)


def _of_waiver(criterion: str, waiver: Waiver) -> list[Condition]:
    until = waiver.expires_at.isoformat()
    return [
        Condition(
            "waiver-valid",
            f"waiver {waiver.id} of {criterion} holds for {waiver.scope} until {until}",
            (
                ("criterion", criterion),
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


def _of_acceptance(defect: str, accepted: Acceptance) -> list[Condition]:
    until = accepted.expires_at.isoformat() if accepted.expires_at else accepted.resolution_target
    return [
        Condition(
            "acceptance-valid",
            f"{defect} is accepted until {until}; mitigation: {accepted.mitigation}",
            (("defect", defect), ("expires", until), ("mitigation", accepted.mitigation)),
        )
    ]
