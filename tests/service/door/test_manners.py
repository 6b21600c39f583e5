"""The manners of the REST door: what malformed, oversized, repeated and too frequent requests are answered."""

import hashlib
import itertools
import json
import logging
import threading
from dataclasses import replace
from uuid import uuid4

import pytest
from django.test import Client

from flightrules.service.door.log import JsonLines, hide
from flightrules.service.door.models import KeptAnswer
from flightrules.service.door.rates import Buckets
from flightrules.service.notices.models import Subscription
from flightrules.service.people.models import ApiToken

CHAT = {"title": "Team chat", "channel": "slack", "address": "https://hooks.slack.com/services/T0/B0/x"}
PATH = "/api/v1/products/shop/channels"


@pytest.fixture
def manager(person, shop_exists):
    return person("release-manager", product="shop")


def _raw(caller, body: bytes, **headers: str):
    sent = {"Authorization": f"Bearer {caller.token}", **headers}
    return caller.client.generic("POST", PATH, body, content_type="application/json", headers=sent)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "E_TRUNCATED"),
        (b"{'a': 1}", "E_MALFORMED"),
        (b'{"title": "a", "title": "b"}', "E_DUPLICATE_KEY"),
        (b'{"title": NaN}', "E_NONFINITE"),
        (b'{"title": 1e999}', "E_NONFINITE"),
        (b"[" * 100_000, "E_TOO_DEEP"),
        (b'{"title": "\\u0000"}', "E_CONTROL_CHAR"),
        (b'{"title": "\\ud800"}', "E_ENCODING"),
        (b"\xff\xfe{\x00}\x00", "E_ENCODING"),
        (b"null", "E_INVALID_BODY"),
        (b"[]", "E_INVALID_BODY"),
        (b'"text"', "E_INVALID_BODY"),
        (b"", "E_INVALID_BODY"),
    ],
)
def test_a_body_that_is_no_json_of_this_form_is_refused_by_its_class(manager, body, code):
    answer = _raw(manager, body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert not Subscription.objects.exists()


def test_a_problem_does_not_repeat_what_was_sent(manager):
    answer = manager.post("/products/shop/channels", CHAT | {"channel": "hunter2secret"})
    assert answer.status_code == 422
    assert b"hunter2secret" not in answer.content


def test_a_name_without_end_does_not_come_back_without_end(manager):
    answer = manager.post("/products/shop/channels", CHAT | {"\U0001f600" * 50_000: 1})
    assert answer.status_code == 422
    assert len(answer.content) < 5_000


def test_a_body_that_is_too_large_is_refused_by_its_stated_length(manager, settings):
    settings.FLIGHTRULES_BODY_LIMIT = 1000
    answer = _raw(manager, b" " * 1001)
    assert (answer.status_code, answer.json()["code"]) == (413, "E_BODY_TOO_LARGE")


def test_nobody_known_is_told_so():
    answer = Client().get(PATH)
    assert (answer.status_code, answer.json()["code"]) == (401, "E_UNAUTHENTICATED")


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/v1/products/shop/nowhere", "/api/"])
def test_nothing_is_a_problem_document_too(manager, path):
    answer = manager.client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "E_NO_SUCH")


@pytest.mark.parametrize("key", ["UPPER", "a b", "../x", "-a", "a" * 61, "%00"])
def test_a_key_that_is_no_slug_is_refused(manager, key):
    assert manager.get(f"/products/{key}/channels").status_code in (404, 422)


def test_the_same_key_is_one_change_and_one_answer(manager):
    first = manager.post("/products/shop/channels", CHAT, Idempotency_Key="k1")
    again = manager.post("/products/shop/channels", CHAT, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["key"] == first.json()["key"]
    assert Subscription.objects.count() == 1


def test_the_same_key_for_something_else_is_refused(manager):
    manager.post("/products/shop/channels", CHAT, Idempotency_Key="k1")
    answer = manager.post("/products/shop/channels", CHAT | {"title": "Other"}, Idempotency_Key="k1")
    assert (answer.status_code, answer.json()["code"]) == (409, "E_IDEMPOTENCY_REUSED")
    assert Subscription.objects.count() == 1


def test_what_could_not_be_recorded_is_done_when_it_is_asked_again_with_its_key(manager, settings):
    """E_DATABASE and E_SIGNING_KEY tell clients to ask again, with the same key: a 503 is no answer to keep."""
    held, settings.FLIGHTRULES_SIGNING_KEY = settings.FLIGHTRULES_SIGNING_KEY, "/nowhere/ledger.pem"
    shut = manager.post("/products/shop/channels", CHAT, Idempotency_Key="k1")
    assert (shut.status_code, shut.json()["code"]) == (503, "E_SIGNING_KEY")
    settings.FLIGHTRULES_SIGNING_KEY = held
    for _ in range(2):
        assert manager.post("/products/shop/channels", CHAT, Idempotency_Key="k1").status_code == 201
    assert Subscription.objects.count() == 1


def test_the_same_key_of_another_account_is_another_key(manager, person):
    manager.post("/products/shop/channels", CHAT, Idempotency_Key="k1")
    assert (
        person("release-manager", product="shop")
        .post("/products/shop/channels", CHAT, Idempotency_Key="k1")
        .status_code
        == 201
    )
    assert Subscription.objects.count() == 2


def _other_token(who, scopes, product=""):
    mine, word = ApiToken.objects.get(account__key=who.account_key), "another"
    mine.key, mine.digest = uuid4(), hashlib.sha256(word.encode()).hexdigest()
    mine.scopes, mine.product = scopes, product
    mine.save(force_insert=True)
    return replace(who, token=word)


@pytest.mark.parametrize(
    ("scopes", "product", "status"),
    [
        (None, "", 201),
        (["read"], "", 403),
        (None, "shop", 403),
    ],
)
def test_an_answer_is_repeated_to_no_token_that_is_good_for_less(manager, scopes, product, status):
    first = manager.post("/products/shop/channels", CHAT, Idempotency_Key="k1")
    held = ApiToken.objects.get(account__key=manager.account_key).scopes
    again = _other_token(manager, held if scopes is None else scopes, product).post(
        "/products/shop/channels", CHAT, Idempotency_Key="k1"
    )
    assert again.status_code == status
    told = again.json()
    assert told["key"] == first.json()["key"] if status == 201 else told["code"] == "E_IDEMPOTENCY_POWERS"
    ApiToken.objects.filter(digest=hashlib.sha256(manager.token.encode()).hexdigest()).update(scopes=["read"])
    narrowed = manager.post("/products/shop/channels", CHAT, Idempotency_Key="k1")
    assert (narrowed.status_code, narrowed.json()["code"]) == (403, "E_IDEMPOTENCY_POWERS")


def test_what_a_session_was_answered_no_token_reads(manager):
    manager.post("/products/shop/channels", CHAT, Idempotency_Key="k1")
    KeptAnswer.objects.update(scopes=None)
    answer = manager.post("/products/shop/channels", CHAT, Idempotency_Key="k1")
    assert (answer.status_code, answer.json()["code"]) == (403, "E_IDEMPOTENCY_POWERS")


def test_a_refusal_is_repeated_like_any_answer(manager):
    asked = CHAT | {"address": "https://127.0.0.1/"}
    answers = [manager.post("/products/shop/channels", asked, Idempotency_Key="k1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].content == answers[1].content


def test_a_key_without_end_is_refused(manager):
    answer = manager.post("/products/shop/channels", CHAT, Idempotency_Key="k" * 201)
    assert (answer.status_code, answer.json()["code"]) == (422, "E_IDEMPOTENCY_KEY")
    assert not KeptAnswer.objects.exists()


def test_a_request_has_an_id_and_one_that_was_given_is_kept_if_it_is_plain(manager):
    assert manager.get("/products/shop/channels", X_Request_Id="ci-4711")["X-Request-Id"] == "ci-4711"
    made = manager.get("/products/shop/channels", X_Request_Id="a b\x1b[31m")["X-Request-Id"]
    assert made.isalnum()


def test_what_is_answered_is_not_stored_on_the_way(manager):
    assert manager.get("/products/shop/channels")["Cache-Control"] == "no-store"


def test_who_asks_too_fast_is_told_when_to_come_back(manager, settings):
    settings.FLIGHTRULES_RATE_PER_CALLER = 1
    answers = [manager.get("/products/shop/channels") for _ in range(12)]
    assert {answer.status_code for answer in answers[:10]} == {200}
    last = answers[-1]
    assert (last.status_code, last.json()["code"]) == (429, "E_RATE_LIMIT")
    assert int(last["Retry-After"]) >= 1
    assert manager.client.get("/healthz").status_code == 200


def test_a_flood_of_wrong_tokens_is_one_address(settings):
    settings.FLIGHTRULES_RATE_PER_ADDRESS = 1
    client = Client()
    answers = [client.get(PATH, headers={"Authorization": f"Bearer {n}"}).status_code for n in range(12)]
    assert answers[0] == 401
    assert answers[-1] == 429


def test_behind_a_proxy_each_caller_has_an_address_of_their_own(settings):
    settings.FLIGHTRULES_RATE_PER_ADDRESS, settings.FLIGHTRULES_BEHIND_PROXY = 1, True
    client = Client()

    def ask(seen: str) -> int:
        return client.get(PATH, headers={"X-Forwarded-For": seen}).status_code

    assert [ask(f"1.1.1.1, 10.0.0.{n}") for n in range(12)] == [401] * 12
    assert [ask(f"{n}.1.1.1, 10.0.0.99") for n in range(12)][
        -1
    ] == 429  # what the caller claims does not count


def test_a_bucket_fills_at_its_rate_and_never_over():
    now = [0.0]
    buckets = Buckets(clock=lambda: now[0])
    assert [buckets.wait_s("a", 1.0) for _ in range(10)] == [0.0] * 10
    assert buckets.wait_s("a", 1.0) == 1.0
    now[0] = 0.5
    assert buckets.wait_s("a", 1.0) == 0.5
    now[0] = 1_000_000.0
    assert [buckets.wait_s("a", 1.0) for _ in range(11)][9:] == [0.0, 1.0]


def test_buckets_are_bounded_however_many_names_there_are_and_who_keeps_asking_is_not_forgotten():
    buckets = Buckets(known=16, clock=itertools.count(0, 1e-9).__next__)
    waits = [buckets.wait_s("a", 1.0) for number in range(500) if not buckets.wait_s(str(number), 1.0)]
    assert [wait > 0 for wait in waits] == [False] * 10 + [True] * 490


def test_buckets_count_right_under_threads():
    buckets = Buckets(clock=lambda: 0.0)
    free: list[float] = []
    threads = [
        threading.Thread(target=lambda: free.extend(buckets.wait_s("a", 10.0) for _ in range(50)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert free.count(0.0) == 100


def test_the_document_is_openapi_3_1_and_names_a_power_for_every_operation(manager):
    document = manager.client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert {"x-power", "x-self", "x-public"} & set(operation), f"{method} {path}"


def test_readiness_names_what_is_missing(client, settings):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "not ready",
        "database": "ok",
        "ledger_key": "ok",
        "worker": "not there",
    }
    settings.FLIGHTRULES_SIGNING_KEY = "/nowhere"
    assert client.get("/readyz").json()["ledger_key"] == "E_SIGNING_KEY"
    assert client.get("/healthz").status_code == 200


def test_the_counts_are_for_this_machine_or_for_who_may_operate(client, person, settings):
    assert b"flightrules_database_up 1.0" in client.get("/metrics").content
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.1").status_code == 401
    settings.FLIGHTRULES_BEHIND_PROXY = True
    assert client.get("/metrics").status_code == 401
    for caller, status in ((person("administrator"), 200), (person("viewer"), 401)):
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {caller.token}"})
        assert answer.status_code == status


def test_the_counts_name_routes_and_nothing_that_a_caller_chose(manager):
    manager.get("/products/my-secret-product/channels")
    manager.client.generic("BREW", "/healthz")
    counts = manager.client.get("/metrics").content.decode()
    assert "my-secret-product" not in counts
    assert "BREW" not in counts
    assert 'route="api/v1/products/<product>/channels"' in counts


CANARIES = ("canary-" + "q" * 30, "frt_" + "w" * 30, "whsec_" + "e" * 30)


@pytest.mark.parametrize(
    "said",
    [
        "token {}",
        "Authorization: Bearer {}",
        "postgresql://u:{}@host/db",
        "posting to https://hooks.slack.com/services/{}",
        'body {{"secret": "{}"}}',
    ],
)
def test_no_secret_gets_into_the_log(said):
    hide(CANARIES[0])
    for canary in CANARIES:
        record = logging.LogRecord("flightrules", logging.INFO, "f", 1, said.format(canary), (), None)
        line = JsonLines().format(record)
        if canary in CANARIES[:1] or "token" not in said or canary.startswith(("frt_", "whsec_")):
            assert canary not in line


def test_a_log_line_is_one_line_of_json_whatever_is_in_it():
    record = logging.LogRecord("x", logging.INFO, "f", 1, 'a\nb\r\x1b[31m"}\u2028{', (), None)
    record.request_id = "r1"
    line = JsonLines().format(record)
    assert "\n" not in line
    assert json.loads(line)["request_id"] == "r1"


def test_an_error_is_logged_by_kind_and_place_not_by_its_text():
    try:
        int("password=hunter2")
    except ValueError as error:
        trouble = (type(error), error, error.__traceback__)
    line = JsonLines().format(logging.LogRecord("x", logging.ERROR, "f", 1, "it failed", (), trouble))
    assert json.loads(line)["error"] == "ValueError"
    assert "hunter2" not in line


def test_a_request_is_logged_by_route_without_token_or_query(manager, caplog):
    caplog.set_level(logging.INFO, "flightrules.requests")
    manager.get("/products/shop/channels?after=canary-canary")
    logged = "\n".join(JsonLines().format(record) for record in caplog.records)
    assert "api/v1/products/<product>/channels" in logged
    assert manager.token not in logged
    assert "canary" not in logged
