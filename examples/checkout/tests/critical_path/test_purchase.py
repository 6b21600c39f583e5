"""The journey that earns the money."""

import pytest

CARD = {"card": "4111111111111111"}


@pytest.mark.parametrize(
    ("basket", "total"),
    [
        ({"mug": 2}, 3684),
        ({"mug": 12}, 17647),
        ({"pen": 3, "lamp": 1}, 6690),
        ({"chair": 4}, 90720),
        ({"pen": 60, "mug": 60}, 96228),
    ],
)
def test_a_customer_buys(client, basket, total):
    for article, quantity in basket.items():
        assert client("POST", "/cart", {"article": article, "quantity": quantity})[0] == 201
    assert client("GET", "/quote")[1]["total"] == total
    status, order = client("POST", "/orders", CARD)
    assert (status, order["total"]) == (201, total)


def test_the_page_shows_what_will_be_charged(client):
    client("POST", "/cart", {"article": "lamp", "quantity": 2})
    assert "Pay EUR 119.76" in client("GET", "/checkout")[1]


def test_after_the_purchase_the_cart_is_empty(client):
    client("POST", "/cart", {"article": "mug"})
    client("POST", "/orders", CARD)
    assert client("GET", "/quote")[1]["total"] == 0


def test_a_declined_card_can_be_replaced(client):
    client("POST", "/cart", {"article": "mug"})
    assert client("POST", "/orders", {"card": "4000000000000002"})[0] == 402
    assert client("POST", "/orders", CARD)[0] == 201


def test_an_empty_cart_is_not_charged(client):
    assert client("POST", "/orders", CARD)[0] == 402
