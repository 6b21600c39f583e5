import pytest


@pytest.mark.parametrize("article", ["mug", "lamp", "pen", "chair"])
def test_an_article_added_over_http_is_priced(client, article):
    assert client("POST", "/cart", {"article": article, "quantity": 2})[0] == 201
    assert client("GET", "/quote")[1]["goods"] > 0


@pytest.mark.parametrize(
    "body",
    [
        {"article": "sofa"},
        {"article": "mug", "quantity": 0},
        {"article": "mug", "quantity": "many"},
        b"[]",
        b"{",
    ],
)
def test_a_bad_request_is_answered_with_400_and_a_reason(client, body):
    status, answer = client("POST", "/cart", body)
    assert status == 400
    assert answer["error"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("GET", "/cart/1"), ("DELETE", "/cart"), ("POST", "/checkout")]
)
def test_what_is_not_there_is_answered_with_404(client, method, path):
    assert client(method, path)[0] == 404


@pytest.mark.parametrize("card", ["4000000000000002", "4000000000000119", ""])
def test_a_failed_payment_is_answered_with_402_and_keeps_the_cart(client, card):
    client("POST", "/cart", {"article": "lamp"})
    assert client("POST", "/orders", {"card": card})[0] == 402
    assert client("GET", "/quote")[1]["goods"] == 4990


def test_carts_are_kept_apart(client):
    client("POST", "/cart", {"article": "chair"}, cart="one")
    assert client("GET", "/quote", cart="two")[1]["total"] == 0
