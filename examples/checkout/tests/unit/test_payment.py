import pytest
from service.payment import ACCEPTED, DECLINED, UNREACHABLE, PaymentError, charge


def test_an_accepted_card_gives_a_reference():
    assert charge(ACCEPTED, 100).startswith("pay_")


def test_references_differ():
    assert charge(ACCEPTED, 100) != charge(ACCEPTED, 100)


@pytest.mark.parametrize("card", [DECLINED, "", "1234", UNREACHABLE])
def test_any_other_card_is_not_charged(card):
    with pytest.raises(PaymentError):
        charge(card, 100)


@pytest.mark.parametrize("amount", [0, -1, -4990])
def test_nothing_to_pay_is_refused(amount):
    with pytest.raises(PaymentError, match="nothing to pay"):
        charge(ACCEPTED, amount)
