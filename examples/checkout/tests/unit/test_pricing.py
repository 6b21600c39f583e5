import pytest
from service.cart import Cart
from service.pricing import bulk_rate, delivery, percent, quote


@pytest.mark.parametrize(
    ("quantity", "rate"), [(1, 0), (5, 0), (9, 0), (20, 5), (49, 5), (70, 10), (200, 15)]
)
def test_bulk_discount_grows_with_the_quantity(quantity, rate):
    assert bulk_rate(quantity) == rate


@pytest.mark.parametrize(
    ("amount", "rate", "expected"),
    [(100, 20, 20), (0, 20, 0), (1, 20, 0), (3, 20, 1), (1290, 5, 65), (195, 10, 20), (999, 15, 150)],
)
def test_a_percentage_is_rounded_half_up(amount, rate, expected):
    assert percent(amount, rate) == expected


@pytest.mark.parametrize(("net", "costs"), [(1, 490), (4900, 490), (6000, 0), (100_000, 0)])
def test_delivery_is_free_for_large_orders(net, costs):
    assert delivery(net) == costs


def test_an_empty_cart_costs_nothing():
    assert quote(Cart()).total == 0


@pytest.mark.parametrize("quantity", [1, 2, 5, 9, 11, 60, 150])
def test_the_total_is_the_sum_of_its_parts(quantity):
    cart = Cart()
    cart.add("mug", quantity)
    priced = quote(cart)
    assert priced.total == priced.goods - priced.discount + priced.delivery + priced.vat
