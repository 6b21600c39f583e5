"""Every price that was ever wrong, and the edges of every rule."""

import pytest
from service.cart import Cart
from service.pricing import quote


def priced(article, quantity):
    cart = Cart()
    cart.add(article, quantity)
    return quote(cart)


@pytest.mark.parametrize(
    ("quantity", "discount"),
    [
        (1, 0),
        (8, 0),
        (9, 0),
        (10, 645),
        (11, 710),
        (12, 774),
        (25, 1613),
        (48, 3096),
        (49, 3161),
        (50, 6450),
        (51, 6579),
        (75, 9675),
        (98, 12642),
        (99, 12771),
        (100, 19350),
        (101, 19544),
        (250, 48375),
        (500, 96750),
    ],
)
def test_bulk_discount_of_mugs(quantity, discount):
    assert priced("mug", quantity).discount == discount


@pytest.mark.parametrize(
    ("article", "quantity", "total"),
    [
        ("pen", 1, 822),
        ("pen", 9, 2694),
        ("pen", 10, 2810),
        ("pen", 25, 6145),
        ("pen", 26, 6367),
        ("pen", 27, 6002),
        ("pen", 50, 10530),
        ("mug", 1, 2136),
        ("mug", 3, 5232),
        ("mug", 4, 6192),
        ("lamp", 1, 6576),
        ("lamp", 2, 11976),
        ("lamp", 10, 56886),
        ("chair", 1, 22680),
        ("chair", 10, 215460),
        ("chair", 100, 1927800),
    ],
)
def test_totals_that_customers_saw(article, quantity, total):
    assert priced(article, quantity).total == total


@pytest.mark.parametrize(
    ("lines", "delivery"),
    [
        ({"mug": 3, "pen": 5}, 490),
        ({"mug": 3, "pen": 6}, 0),
        ({"lamp": 1}, 490),
        ({"lamp": 1, "pen": 1}, 0),
        ({"pen": 25}, 490),
        ({"pen": 27}, 0),
    ],
)
def test_delivery_looks_at_the_goods_after_discount(lines, delivery):
    cart = Cart()
    for article, quantity in lines.items():
        cart.add(article, quantity)
    assert quote(cart).delivery == delivery


@pytest.mark.parametrize("quantity", [1, 7, 13, 33, 67, 111])
def test_the_order_of_articles_does_not_change_the_total(quantity):
    one, other = Cart(), Cart()
    for article in ("pen", "mug", "lamp"):
        one.add(article, quantity)
    for article in ("lamp", "pen", "mug"):
        other.add(article, quantity)
    assert quote(one) == quote(other)
