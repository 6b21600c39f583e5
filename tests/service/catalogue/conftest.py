"""The shop of the stories: its product is open and nobody has agreed on anything yet."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime

import pytest
from django.test import Client

from service.shop import Shop


@pytest.fixture
def machine(person, at):
    """Make a pipeline of a product."""
    from flightrules.service.people.models import ApiToken, Machine

    def make(product: str):
        made = Machine.objects.create(name="CI", product=product)
        token = secrets.token_urlsafe(32)
        ApiToken.objects.create(
            machine=made,
            digest=hashlib.sha256(token.encode()).hexdigest(),
            title="CI",
            scopes=["read", "bring-evidence"],
            issued_at=at,
            expires_at=datetime(2100, 1, 1, tzinfo=UTC),
        )
        like = type(person("viewer"))
        return like(str(made.key), str(made.key), token, Client())

    return make


@pytest.fixture
def shop(person, machine) -> Shop:
    manager = person("release-manager", name="Samir Haddad")
    opened = manager.post("/products", {"key": "shop", "name": "Shop"})
    assert opened.status_code == 201, opened.content
    return Shop(
        qa=person("qa-lead", product="shop", name="Mira Tan"),
        engineering=person("engineering-lead", product="shop", name="Jonas Weber"),
        owner=person("product-owner", product="shop", name="Ada Novak"),
        manager=manager,
        product_manager=person("product-manager", product="shop", name="Tom Lindqvist"),
        ci=machine("shop"),
        stranger=person("qa-lead", product="bank", name="Eve Other"),
    )
