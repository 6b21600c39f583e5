"""Writes of emergencies, as other rooms and the doors call them."""

from __future__ import annotations

from flightrules.service.emergencies.classifying import Stated, classify, end, lift
from flightrules.service.emergencies.confirming import (
    Said,
    after_decision,
    confirm_point,
    sign_off_in_writing,
)

__all__ = [
    "Said",
    "Stated",
    "after_decision",
    "classify",
    "confirm_point",
    "end",
    "lift",
    "sign_off_in_writing",
]
