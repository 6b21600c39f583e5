"""Is it up at all?"""

import pytest


@pytest.mark.parametrize("path", ["/health", "/checkout", "/quote"])
def test_answers(client, path):
    assert client("GET", path)[0] == 200


def test_the_page_has_its_heading(client):
    assert "<h1>Checkout</h1>" in client("GET", "/checkout")[1]


def test_an_article_can_be_bought(client):
    client("POST", "/cart", {"article": "mug"})
    assert client("POST", "/orders", {"card": "4111111111111111"})[0] == 201
