"""How criteria and gates are written: a sentence, or a sentence with its weight and what it asks for."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from flightrules.rules.criterion import Enforcement, Operator, Rule
from flightrules.rules.gate import Gate
from flightrules.rules.metrics import METRICS
from flightrules.rules.node import fault
from flightrules.rules.record import Field, MapOf, Record
from flightrules.rules.shape import Choice, Whole
from flightrules.rules.texts import Sentence, SentenceShape
from flightrules.rules.vocabulary import DURATION, FLAG, IDS, LINE, ROLES, TEXT

__all__ = ["CRITERIA", "GATES"]

_WHOLE = 100
_WEIGHTS = {
    "yes": "blocking",
    "true": "blocking",
    "block": "blocking",
    "no": "advisory",
    "false": "advisory",
    "advise": "advisory",
}


def _rule(
    sentence: Sentence,
    enforcement: str | None = None,
    blocking: str | None = None,
    minimum_duration: timedelta | None = None,
    applies_when: tuple[str, ...] = (),
    **values: Any,
) -> Rule:
    criterion = sentence.criterion
    if enforcement and blocking and enforcement != blocking:
        raise fault(
            "E_CONTRADICTION",
            f"enforcement says {enforcement}, blocking says {blocking}",
            sentence.node,
            "keep one of the two",
        )
    weight = enforcement or blocking or ("advisory" if criterion.tracked else "blocking")
    if criterion.tracked and weight != "advisory":
        message = f"the sentence says that it does not block, its enforcement says {weight}"
        raise fault(
            "E_CONTRADICTION", message, sentence.node, "take the remark out, or write `enforcement: advisory`"
        )
    beyond = criterion.operator is Operator.MORE and criterion.threshold == _WHOLE
    if METRICS[criterion.metric].rate and (beyond or criterion.threshold > _WHOLE):
        message = (
            f"{criterion.operator} {criterion.threshold:f} % can never be reached; a share ends at 100 %"
        )
        raise fault("E_RANGE", message, sentence.node, "choose a threshold from 0 to 100 %")
    return Rule(
        sentence=sentence.text,
        criterion=criterion,
        enforcement=Enforcement(weight),
        minimum_duration=seconds(minimum_duration) if minimum_duration else None,
        applies_when=applies_when or criterion.applies_when,
        **values,
    )


def seconds(length: timedelta) -> Decimal:
    """A duration in seconds, exactly."""
    return Decimal(length // timedelta(microseconds=1)) / 1_000_000


_APPLIES = Record(
    "a condition of use",
    "When the criterion applies at all.",
    lambda touches: touches,
    (
        Field(
            "touches",
            IDS,
            "Applies only to releases that touch one of these, such as auth, pii or payment.",
            required=True,
        ),
    ),
    short="touches",
)

CRITERION = Record(
    "a criterion",
    "A promise that can be measured, written as one sentence.",
    _rule,
    (
        Field(
            "sentence",
            SentenceShape(),
            "[metric] [operator] [threshold] [for scope] [under load] [measured by method] [in "
            "environment] [as of build].",
            required=True,
        ),
        Field(
            "enforcement",
            Choice("blocking", "waivable", "advisory", aka=_WEIGHTS),
            "blocking cannot be waived; waivable blocks until a valid waiver stands; advisory never "
            "blocks. Without it a criterion blocks.",
        ),
        Field(
            "blocking",
            Choice("blocking", "waivable", "advisory", aka=_WEIGHTS),
            "The same as enforcement in the words of a table: yes, no or waivable.",
        ),
        Field("category", LINE, "Groups criteria in the report.", default=""),
        Field("owner", LINE, "Who answers for it.", default=None),
        Field("rationale", TEXT, "Why the threshold is what it is.", default=None),
        Field(
            "lower_bound",
            FLAG,
            "Compare the cautious end of the 95 % interval instead of the rate.",
            default=False,
        ),
        Field(
            "minimum_samples",
            Whole(least=1),
            "The least number of cases, requests or lines that may decide it.",
            default=None,
        ),
        Field(
            "minimum_duration", DURATION, "The least length of a load test that may decide it.", default=None
        ),
        Field(
            "applies_when",
            _APPLIES,
            "Without one of these the criterion is NOT APPLICABLE, with that reason.",
            default=(),
        ),
        Field("waivable_by", ROLES, "Roles that must all approve a waiver.", default=()),
    ),
    short="sentence",
    origin=True,
    partial=True,
)

GATE = Record(
    "a gate",
    "Criteria at one point of the way to production, and what they block.",
    Gate,
    (
        Field("title", LINE, "The gate's name in reports.", default=""),
        Field(
            "kind",
            Choice("entry", "exit", "stage"),
            "entry (before testing starts), exit (before sign-off) or stage (a point in the pipeline).",
            default="stage",
        ),
        Field("stage", LINE, "Where in the pipeline a stage gate stands.", default=None),
        Field(
            "criteria",
            IDS,
            "The criteria that must hold. A criterion that no gate names belongs to the exit gate.",
            default=(),
        ),
        Field("blocks", LINE, "What may not happen while the gate is shut.", default=""),
        Field(
            "environment",
            LINE,
            "Where a build is judged here: while the gate is open it has passed in that environment.",
            default="",
            attribute="place",
        ),
        Field("on_failure", Choice("block", "alert"), "block, or alert (a person decides).", default="block"),
        Field("sign_off", ROLES, "Roles that sign before the gate opens.", default=()),
        Field(
            "quorum",
            Whole(least=1, most=100),
            "How many of them must sign; all when it is not stated.",
            default=None,
        ),
    ),
    origin=True,
    partial=True,
)

CRITERIA: MapOf[Rule] = MapOf("criteria", CRITERION)
GATES: MapOf[Gate] = MapOf("gates", GATE)
