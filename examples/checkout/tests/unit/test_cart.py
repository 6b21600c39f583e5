import pytest
from service.cart import CATALOGUE, MOST, Cart, CartError


def test_a_new_cart_is_empty():
    assert Cart().lines() == []


@pytest.mark.parametrize("article", sorted(CATALOGUE))
def test_every_article_can_be_added(article):
    cart = Cart()
    cart.add(article)
    assert cart.lines() == [(article, 1, CATALOGUE[article][1])]


@pytest.mark.parametrize(("first", "second"), [(1, 1), (2, 3), (40, 60), (1, 499)])
def test_quantities_of_one_article_add_up(first, second):
    cart = Cart()
    cart.add("pen", first)
    cart.add("pen", second)
    assert cart.quantities == {"pen": first + second}


@pytest.mark.parametrize("quantity", [0, -1, -500])
def test_a_quantity_below_one_is_refused(quantity):
    with pytest.raises(CartError, match="at least 1"):
        Cart().add("mug", quantity)


@pytest.mark.parametrize("quantity", [MOST + 1, 10_000])
def test_more_than_can_be_delivered_is_refused(quantity):
    with pytest.raises(CartError, match="at most 500"):
        Cart().add("mug", quantity)


@pytest.mark.parametrize("article", ["", "MUG", "sofa", "mug "])
def test_an_unknown_article_is_refused(article):
    with pytest.raises(CartError, match="no article"):
        Cart().add(article)


def test_an_article_can_be_removed():
    cart = Cart()
    cart.add("lamp", 2)
    cart.remove("lamp")
    assert cart.lines() == []


def test_what_is_not_there_cannot_be_removed():
    with pytest.raises(CartError, match="not in the cart"):
        Cart().remove("lamp")


def test_articles_stay_in_the_order_in_which_they_were_added():
    cart = Cart()
    for article in ("pen", "mug", "chair"):
        cart.add(article)
    assert [line[0] for line in cart.lines()] == ["pen", "mug", "chair"]
