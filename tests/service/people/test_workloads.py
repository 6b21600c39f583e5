"""A CI job shows its provider's token and gets one for minutes: to bring evidence of one product, nothing more.

The provider of most stories is a small one with keys of its own, so that it can lie; one story asks a certified one.
"""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.test import Client

from flightrules.service.people.models import ApiToken, Machine
from people_stories import denied_codes, now, tags
from service.people.workload_provider import SUBJECT, Pipeline, Provider

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
KIND = "urn:ietf:params:oauth:token-type:jwt"


def exchanged(token: str, **changed: Any) -> Any:
    said = {"grant_type": GRANT, "subject_token_type": KIND, "subject_token": token, **changed}
    return Client().post("/oauth/token", urlencode(said), content_type="application/x-www-form-urlencoded")


def code(answer: Any) -> str:
    return str(answer.json().get("code", ""))


def test_a_job_gets_a_token_for_minutes_and_brings_evidence_with_it(pipeline, shop):
    shop.adopt()
    release = shop.release()["key"]
    assert pipeline.trust().status_code == 201
    answer = exchanged(pipeline.provider.token())
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert (said["token_type"], 0 < said["expires_in"] <= 900) == ("Bearer", True)
    assert answer["Cache-Control"] == "no-store"
    job = type(shop.ci)(pipeline.key, pipeline.key, said["access_token"], Client())
    from service.shop import junit

    assert shop.bring(release, "CI pipeline", junit(5), who=job).status_code == 201
    assert job.post(f"/releases/{release}/polls", {"moment": "final"}).status_code == 403
    assert job.get("/releases?product=bank").json()["items"] == []
    token = ApiToken.objects.get(exchanged__isnull=False)
    assert (token.product, sorted(token.scopes)) == ("shop", sorted(said["scope"].split()))
    assert tags()[-3:].count("people:token:issued") <= 1


def test_an_elliptic_key_does_as_well(pipeline):
    pipeline.trust()
    token = pipeline.provider.token(key=pipeline.provider.ec, algorithm="ES256", kid="e")
    assert exchanged(token).status_code == 200


def _part(said: dict[str, Any]) -> str:
    return _encoded(json.dumps(said).encode())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def wrong(provider: Provider, name: str) -> str:
    """A token of the class of fault."""
    at, stranger = int(now().timestamp()), rsa.generate_private_key(65537, 2048)
    if name == "alg none":
        return f"{_part({'alg': 'none', 'kid': 'r'})}.{provider.token().split('.')[1]}."
    if name == "public key as a secret":
        body = f"{_part({'alg': 'HS256', 'kid': 'r'})}.{provider.token().split('.')[1]}"
        secret = json.dumps(provider.keys()[0]).encode()
        return f"{body}.{_encoded(hmac.digest(secret, body.encode(), 'sha256'))}"
    if name == "one letter changed":
        head, body, signature = provider.token().split(".")
        return f"{head}.{body[:-4]}{'A' if body[-4] != 'A' else 'B'}{body[-3:]}.{signature}"
    return {
        "expired": lambda: provider.token(exp=at - 60, iat=at - 400, nbf=at - 400),
        "not yet valid": lambda: provider.token(nbf=at + 120),
        "issued in the future": lambda: provider.token(iat=at + 120),
        "lives for a year": lambda: provider.token(exp=at + 365 * 86_400),
        "lives beyond the calendar": lambda: provider.token(exp=10**18),
        "no expiry": lambda: provider.token(exp=None),
        "no audience": lambda: provider.token(aud=None),
        "audience is an object": lambda: provider.token(aud={"flightrules": 1}),
        "subject is a number": lambda: provider.token(sub=None),
        "subject with a line end": lambda: provider.token(sub=SUBJECT + "\n"),
        "another issuer": lambda: provider.token(iss="https://issuer.example.org"),
        "issuer with a slash": lambda: provider.token(iss=provider.issuer + "/"),
        "a key of its own": lambda: provider.token(key=stranger),
        "a key that nobody has": lambda: provider.token(kid="x"),
        "no key named": lambda: provider.token(kid=None),
        "key of another kind": lambda: provider.token(key=provider.ec, algorithm="ES256", kid="r"),
        "no token": lambda: "abc",
        "empty": lambda: "",
        "too long": lambda: "a" * 20_000,
        "deep": lambda: "e30." + base64.urlsafe_b64encode(b"[" * 9000).decode() + ".e30",
    }[name]()


@pytest.mark.parametrize(
    "name",
    [
        "alg none",
        "public key as a secret",
        "one letter changed",
        "expired",
        "not yet valid",
        "issued in the future",
        "lives for a year",
        "lives beyond the calendar",
        "no expiry",
        "no audience",
        "audience is an object",
        "subject is a number",
        "subject with a line end",
        "another issuer",
        "issuer with a slash",
        "a key of its own",
        "a key that nobody has",
        "no key named",
        "key of another kind",
        "no token",
        "empty",
        "too long",
        "deep",
    ],
)
def test_a_token_that_does_not_hold_is_nobodys(pipeline, name):
    pipeline.trust()
    answer = exchanged(wrong(pipeline.provider, name))
    assert (answer.status_code, code(answer)) == (401, "E_WORKLOAD_TOKEN"), answer.content
    assert not ApiToken.objects.filter(exchanged__isnull=False).exists()


@pytest.mark.parametrize(
    ("part", "twice"), [("header", b'"kid":"r"'), ("claims", b'"sub":"repo:acme/shop:pull_request"')]
)
def test_a_token_that_says_one_thing_twice_is_nobodys_although_its_provider_signed_it(pipeline, part, twice):
    """Of two subjects one reader takes the first and another the last, and each calls it verified."""
    pipeline.trust()
    header, claims, _ = pipeline.provider.token().split(".")
    parts = {"header": _bytes(header), "claims": _bytes(claims)}
    for said in (b"{" + twice + b"," + parts[part][1:], parts[part]):
        signed = ".".join(_encoded(one) for one in (parts | {part: said}).values())
        made = pipeline.provider.rsa.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        answer = exchanged(f"{signed}.{_encoded(made)}")
        assert answer.status_code == (200 if said == parts[part] else 401), answer.content


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize(
    ("trusted", "shown"),
    [
        ({}, {"aud": "somebody-else"}),
        ({"audience": "other"}, {}),
        ({}, {"sub": "repo:acme/shop-of-mallory:ref:refs/heads/main"}),
        ({}, {"sub": "repo:acme/shop"}),
        ({"subject": SUBJECT}, {"sub": "repo:acme/shop:ref:refs/heads/main2"}),
        ({"claims": {"repository_id": "4712"}}, {}),
        ({"claims": {"ref_protected": "true"}}, {}),
        ({"claims": {"ref_protected": "true"}}, {"ref_protected": ["true"]}),
    ],
)
def test_a_token_for_something_else_stands_for_no_machine(pipeline, trusted, shown):
    assert pipeline.trust(**trusted).status_code == 201
    answer = exchanged(pipeline.provider.token(**shown))
    assert (answer.status_code, code(answer)) == (401, "E_WORKLOAD_UNKNOWN")


def test_further_claims_hold_a_repository_that_was_named_anew_off(pipeline):
    pipeline.trust(claims={"repository_id": "4711", "ref_protected": "true"})
    assert exchanged(pipeline.provider.token(ref_protected=True)).status_code == 200


def test_a_token_is_exchanged_once(pipeline):
    """Also where the same token is written otherwise, and where it has no id of its own."""
    pipeline.trust()
    for more in ({}, {"jti": None}):
        token = pipeline.provider.token(**more)
        assert exchanged(token).status_code == 200
        again = exchanged(token)
        assert (again.status_code, code(again)) == (403, "E_WORKLOAD_REPLAYED")
        assert denied_codes()[-1] == "E_WORKLOAD_REPLAYED"


def test_a_disabled_machine_gets_nothing_and_keeps_nothing(pipeline, shop):
    pipeline.trust()
    held = exchanged(pipeline.provider.token()).json()["access_token"]
    assert pipeline.admin.post(f"/machines/{pipeline.key}/disable").status_code == 200
    job = type(shop.ci)(pipeline.key, pipeline.key, held, Client())
    assert job.get("/releases").status_code == 401
    answer = exchanged(pipeline.provider.token())
    assert (answer.status_code, code(answer)) == (403, "E_MACHINE_DISABLED")
    assert pipeline.trust().status_code == 422


def test_what_is_ended_stands_for_nothing_and_ends_what_was_given_out(pipeline, shop):
    identity = pipeline.trust().json()["key"]
    held = exchanged(pipeline.provider.token()).json()["access_token"]
    path = f"/machines/{pipeline.key}/identities"
    assert pipeline.admin.delete(f"{path}/{identity}").status_code == 200
    assert type(shop.ci)(pipeline.key, pipeline.key, held, Client()).get("/releases").status_code == 401
    assert code(exchanged(pipeline.provider.token())) == "E_WORKLOAD_UNKNOWN"
    assert pipeline.admin.delete(f"{path}/{identity}").status_code == 409
    assert [one["ended_at"] is None for one in pipeline.admin.get(path).json()["items"]] == [False]


def test_where_two_machines_have_one_workload_the_job_names_one(pipeline):
    pipeline.trust()
    other = pipeline.admin.post("/machines", {"name": "CI of the bank", "product": "bank"}).json()["key"]
    Pipeline(pipeline.admin, other, pipeline.provider).trust()
    assert code(exchanged(pipeline.provider.token())) == "E_WORKLOAD_UNKNOWN"
    assert exchanged(pipeline.provider.token(), resource=pipeline.key).status_code == 200
    assert code(exchanged(pipeline.provider.token(), resource="nobody")) == "E_WORKLOAD_UNKNOWN"
    given = ApiToken.objects.get(exchanged__isnull=False)
    assert given.product == Machine.objects.get(pk=pipeline.key).product == "shop"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"subject": "*"}, "E_WORKLOAD_SUBJECT"),
        ({"subject": "repo:acme/shop*"}, "E_WORKLOAD_SUBJECT"),
        ({"subject": "repo:*/shop:*"}, "E_WORKLOAD_SUBJECT"),
        ({"subject": ":*"}, "E_WORKLOAD_SUBJECT"),
        ({"issuer": "https://mallory.example.org"}, "E_WORKLOAD_ISSUER"),
    ],
)
def test_what_is_too_wide_or_of_a_stranger_is_not_agreed_to(pipeline, changed, said):
    answer = pipeline.trust(**changed)
    assert (answer.status_code, code(answer)) == (422, said)


def test_who_manages_another_product_trusts_nobody_for_this_one(pipeline, person):
    for role in ("viewer", "qa-lead", "release-manager"):
        said = {"issuer": pipeline.provider.issuer, "audience": "flightrules", "subject": SUBJECT}
        answer = person(role, product="shop").post(f"/machines/{pipeline.key}/identities", said)
        assert answer.status_code == 403


def test_keys_are_asked_for_once_and_an_unknown_one_does_not_make_it_a_flood(pipeline):
    pipeline.trust()
    for _ in range(3):
        exchanged(pipeline.provider.token())
        exchanged(pipeline.provider.token(kid="x"))
    assert pipeline.provider.asked == ["/.well-known/openid-configuration", "/keys"]


@pytest.mark.parametrize(
    ("document", "moved"),
    [
        ({"issuer": "https://mallory.example.org"}, ""),
        ({"jwks_uri": "http://mallory.example.org/keys"}, ""),
        ({"jwks_uri": "file:///etc/passwd"}, ""),
        ({"jwks_uri": ""}, ""),
        ({}, "https://mallory.example.org/"),
        (["no", "document"], ""),
        ({"padding": "x" * (1 << 21)}, ""),
    ],
)
def test_a_provider_that_points_elsewhere_is_not_believed(pipeline, document, moved):
    pipeline.trust()
    pipeline.provider.document, pipeline.provider.moved = document, moved
    answer = exchanged(pipeline.provider.token())
    assert (answer.status_code, code(answer)) == (503, "E_WORKLOAD_ISSUER")


def test_a_provider_that_does_not_answer_is_left_alone_for_a_while(pipeline):
    pipeline.trust()
    pipeline.provider.document = ["no", "document"]
    for _ in range(3):
        assert exchanged(pipeline.provider.token()).status_code == 503
    assert pipeline.provider.asked == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize("algorithm", [[], {}, None, 1, True], ids=str)
def test_an_algorithm_is_one_word(pipeline, algorithm):
    body = pipeline.provider.token().split(".")[1]
    answer = exchanged(f"{_part({'alg': algorithm, 'kid': 'r'})}.{body}.e30")
    assert (answer.status_code, code(answer)) == (401, "E_WORKLOAD_TOKEN")


def test_a_key_that_is_none_or_does_not_verify_leaves_the_others(pipeline):
    pipeline.trust()
    own = pipeline.provider.keys()[0]
    pipeline.provider.listed = [
        {**own, "kid": "none", "alg": "none"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "off"},
        {**own, "kid": "enc", "key_ops": ["encrypt"]},
        {**own, "kid": "odd", "key_ops": 5},
        own,
    ]
    assert exchanged(pipeline.provider.token()).status_code == 200
    for name in ("none", "off", "enc", "odd"):
        assert exchanged(pipeline.provider.token(kid=name)).status_code == 401, name


def test_of_several_keys_those_that_sign_count_and_a_single_one_needs_no_name(pipeline):
    pipeline.trust()
    own = pipeline.provider.keys()[0]
    pipeline.provider.listed = ["no key", {"kty": "oct", "k": "AA"}, {**own, "kid": "enc", "use": "enc"}, own]
    assert exchanged(pipeline.provider.token(kid=None)).status_code == 200
    assert exchanged(pipeline.provider.token(kid="enc")).status_code == 401


def test_an_identity_that_is_not_there_is_not_ended(pipeline):
    other = Pipeline(pipeline.admin, "", pipeline.provider)
    other.key = pipeline.admin.post("/machines", {"name": "CI of the bank", "product": "bank"}).json()["key"]
    foreign = other.trust().json()["key"]
    assert code(pipeline.admin.delete(f"/machines/{pipeline.key}/identities/{foreign}")) == "E_NO_SUCH"


def test_the_door_takes_nothing_but_an_exchange(pipeline):
    assert Client().get("/oauth/token").status_code == 405
    assert code(exchanged(pipeline.provider.token(), grant_type="password")) == "E_WORKLOAD_GRANT"
    assert code(exchanged(pipeline.provider.token(), subject_token_type="")) == "E_WORKLOAD_GRANT"
