"""Prices: bulk discount by line, delivery, value added tax. All in cents, rounded half up."""

from __future__ import annotations

from dataclasses import dataclass

from .cart import Cart

BULK = ((100, 15), (50, 10), (10, 5))
VAT = 20
DELIVERY = 490
FREE_DELIVERY_FROM = 5000


@dataclass(frozen=True)
class Quote:
    goods: int
    discount: int
    delivery: int
    vat: int

    @property
    def total(self) -> int:
        return self.goods - self.discount + self.delivery + self.vat


def percent(amount: int, rate: int) -> int:
    return (amount * rate + 50) // 100


def bulk_rate(quantity: int) -> int:
    """Per cent off for that many of one article."""
    for least, rate in BULK:
        if quantity >= least:
            return rate
    return 0


def delivery(net: int) -> int:
    """Delivery costs; free from a certain value of goods."""
    return 0 if net >= FREE_DELIVERY_FROM else DELIVERY


def quote(cart: Cart) -> Quote:
    goods = sum(quantity * price for _, quantity, price in cart.lines())
    discount = sum(percent(quantity * price, bulk_rate(quantity)) for _, quantity, price in cart.lines())
    net = goods - discount
    costs = delivery(net) if net else 0
    return Quote(goods, discount, costs, percent(net + costs, VAT))
