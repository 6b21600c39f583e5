"""A cart holds quantities by article; prices are in cents throughout."""

from __future__ import annotations

CATALOGUE = {
    "mug": ("Stoneware mug", 1290),
    "lamp": ("Desk lamp", 4990),
    "pen": ("Felt pen", 195),
    "chair": ("Reading chair", 18900),
}
MOST = 500


class CartError(ValueError):
    """Something that a customer can put right."""


class Cart:
    def __init__(self) -> None:
        self.quantities: dict[str, int] = {}

    def add(self, article: str, quantity: int = 1) -> None:
        if article not in CATALOGUE:
            raise CartError(f"no article is called {article}")
        if quantity < 1:
            raise CartError("the quantity must be at least 1")
        if self.quantities.get(article, 0) + quantity > MOST:
            raise CartError(f"at most {MOST} of one article can be ordered")
        self.quantities[article] = self.quantities.get(article, 0) + quantity

    def remove(self, article: str) -> None:
        if self.quantities.pop(article, None) is None:
            raise CartError(f"{article} is not in the cart")

    def lines(self) -> list[tuple[str, int, int]]:
        """Article, quantity and price of one, in the order in which they were added."""
        return [(article, quantity, CATALOGUE[article][1]) for article, quantity in self.quantities.items()]
