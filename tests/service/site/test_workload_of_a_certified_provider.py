"""The token of a workload, as a real, certified OpenID provider makes it."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from django.test import Client

from flightrules.service.people.models import ApiToken
from flightrules.service.people.workload_tokens import forget_keys
from service.people.test_workloads import code, exchanged
from service.site.test_openid_sign_in import (
    CALLBACK,
    CLIENT_SECRET,
    at_the_provider,
    issuer,  # noqa: F401 -- a provider
)

VERIFIER = "v" * 64


@pytest.fixture
def trusted(issuer, settings):  # noqa: F811
    forget_keys()
    settings.FLIGHTRULES_WORKLOAD_ISSUERS = (issuer,)
    yield issuer
    forget_keys()


def id_token(provider: str, subject: str) -> str:
    """An ID token for the client ``flightrules``, as a job would get it."""
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    asked = {
        "client_id": "flightrules",
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "state": "s",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    target = at_the_provider(f"{provider}/auth?{urlencode(asked)}", subject)
    given = parse_qs(urlsplit(target).query)["code"][0]
    answer = httpx.post(
        f"{provider}/token",
        data={
            "grant_type": "authorization_code",
            "code": given,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        },
        auth=("flightrules", CLIENT_SECRET),
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id_token"])


def test_a_certified_providers_token_is_exchanged_once_for_who_it_names(trusted, person):
    admin = person("administrator")
    machine = admin.post("/machines", {"name": "CI", "product": "shop"}).json()["key"]
    said = {"issuer": trusted, "audience": "flightrules", "subject": "repo:acme/shop:*"}
    assert admin.post(f"/machines/{machine}/identities", said).status_code == 201
    token = id_token(trusted, "repo:acme/shop:main")
    answer = exchanged(token)
    assert answer.status_code == 200, answer.content
    assert ApiToken.objects.get(exchanged__isnull=False).product == "shop"
    assert code(exchanged(token)) == "E_WORKLOAD_REPLAYED"
    assert code(exchanged(id_token(trusted, "repo:acme/other:main"))) == "E_WORKLOAD_UNKNOWN"
    bearer = {"Authorization": f"Bearer {token}"}
    assert Client().get("/api/v1/releases", headers=bearer).status_code == 401
