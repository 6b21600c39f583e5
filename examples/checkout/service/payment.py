"""A stand-in for the payment provider: it knows three test cards and answers at once."""

from __future__ import annotations

import secrets

ACCEPTED = "4111111111111111"
DECLINED = "4000000000000002"
UNREACHABLE = "4000000000000119"


class PaymentError(Exception):
    """The payment did not happen; nothing was charged."""


def charge(card: str, amount: int) -> str:
    """Charge an amount in cents; returns the provider's reference."""
    if amount <= 0:
        raise PaymentError("there is nothing to pay")
    if card == UNREACHABLE:
        raise PaymentError("the provider does not answer; nothing was charged")
    if card != ACCEPTED:
        raise PaymentError("the card was declined")
    return f"pay_{secrets.token_hex(8)}"
