"""Each channel for real: a mail server, web receivers, and what hostile text looks like when it arrives."""

import email
import email.policy
import http.server
import json
import socket
import threading
import time
from datetime import timedelta
from email.message import EmailMessage as Parsed

import pytest
from aiosmtpd.controller import Controller
from django.db import transaction

from flightrules.service.jobs.due import State
from flightrules.service.notices import sealing, signature
from flightrules.service.notices.delivery import slack_body, teams_body
from flightrules.service.notices.jobs import deliver, due
from flightrules.service.notices.kinds import Kind, Message, plain, written
from flightrules.service.notices.models import Channel, Outbox, Subscription
from flightrules.service.notices.services import tell

HOSTILE = (
    "<!channel> <@U1> @here *bold* _it_ `code` [link](http://evil.example) <b>x</b> & </summary>\r\n"
    "Bcc: victim@example.org\r\n\r\n::add-mask::x \u202eGO\u202c \x1b[31m https://evil.example <at>all</at>"
)
CONTEXT = {
    "product": "shop",
    "version": HOSTILE,
    "outcome": HOSTILE,
    "incidents": "none",
    "stability": "fine",
}


class Sink:
    """Keeps the mails that a real SMTP server took."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], bytes]] = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 -- aiosmtpd's own name
        self.taken.append((envelope.rcpt_tos, envelope.content))
        return "250 taken"


@pytest.fixture
def sink(settings):
    found = Sink()
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    controller = Controller(found, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield found
    controller.stop()


class Receiver:
    """A web receiver that answers as it is told."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.location = ""
        self.drip = self.silent = False
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.requests.append(({k.lower(): v for k, v in self.headers.items()}, body))
                while receiver.silent:
                    time.sleep(0.05)
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.end_headers()
                while receiver.drip:
                    try:
                        self.wfile.write(b"x")
                    except OSError:
                        return
                    time.sleep(0.05)

            def log_message(self, *_):
                """Quiet."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/services/T0/SECRETPATH"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver(settings):
    settings.FLIGHTRULES_NOTICE_HOSTS = ["127.0.0.1"]
    found = Receiver()
    yield found
    found.drip = found.silent = False
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def told(at):
    """Tell one event to one channel; returns the message's key."""

    def tell_through(channel: Channel, address: str, secret: str = "") -> str:
        Subscription.objects.create(
            product="shop",
            title="t",
            channel=channel.value,
            address=sealing.sealed(address),
            secret=sealing.sealed(secret) if secret else "",
            shown="x",
            opened_at=at,
        )
        with transaction.atomic():
            tell(Kind.AFTER, product="shop", about="release/1", once="after/1", context=CONTEXT, at=at)
        (key,) = due(at, 10)
        return key

    return tell_through


def _row() -> Outbox:
    return Outbox.objects.get()


def test_a_mail_arrives_as_plain_text_with_no_header_of_somebody_elses(told, sink, at):
    deliver(told(Channel.EMAIL, "team@example.org"), at)
    ((to, content),) = sink.taken
    assert to == ["team@example.org"]
    mail: Parsed = email.message_from_bytes(content, policy=email.policy.default)
    assert mail["Bcc"] is None
    assert mail.get_content_type() == "text/plain"
    assert "\n" not in mail["Subject"]
    assert "\x1b" not in mail.get_content()
    assert "\u202e" not in mail.get_content()
    assert mail.get_content().count("Outcome: ") == 1
    assert not any(line.startswith(("::", "Bcc")) for line in mail.get_content().splitlines())


def test_a_mail_server_that_is_down_delays_and_does_not_lose(told, sink, settings, at):
    key = told(Channel.EMAIL, "team@example.org")
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    deliver(key, at)
    row = _row()
    assert (row.state, row.attempts, row.fault.split(":")[0]) == (State.WAITING, 1, "E_CHANNEL_UNREACHABLE")
    assert due(at, 10) == []
    settings.EMAIL_PORT = port
    deliver(key, at + timedelta(seconds=5))
    assert len(sink.taken) == 1
    assert _row().state == State.DONE


def test_every_attempt_at_a_mail_has_the_same_message_id(told, sink, at, monkeypatch):
    """The server took it, then we died before noting so: the second copy can be known for one."""
    from flightrules.service.jobs import due as room

    key = told(Channel.EMAIL, "team@example.org")
    with monkeypatch.context() as dying, pytest.raises(KeyboardInterrupt):
        dying.setattr(room, "_mark_done", _die)
        deliver(key, at)
    deliver(key, at + timedelta(seconds=31))
    ids = {email.message_from_bytes(content)["Message-ID"] for _, content in sink.taken}
    assert len(sink.taken) == 2
    assert len(ids) == 1


def _die(*_):
    raise KeyboardInterrupt


def test_a_webhook_is_signed_so_that_a_receiver_can_believe_it(told, receiver, at):
    secret = signature.new_secret()
    deliver(told(Channel.WEBHOOK, receiver.url, secret), at)
    ((headers, body),) = receiver.requests
    now_s = int(at.timestamp())
    assert signature.is_valid(secret, headers, body, now_s=now_s)
    assert not signature.is_valid(secret, headers, body + b" ", now_s=now_s)
    assert not signature.is_valid(secret, headers, body, now_s=now_s + 301)
    assert not signature.is_valid(signature.new_secret(), headers, body, now_s=now_s)
    assert not signature.is_valid(secret, headers | {"webhook-id": "other"}, body, now_s=now_s)
    assert json.loads(body)["id"] == headers["webhook-id"]


@pytest.mark.parametrize("sent", ["", "v1,", "v1,AAAA", "v2,x", "ü", "v1,ü x"])
def test_a_signature_that_is_none_is_refused_without_a_fault(sent):
    headers = {"webhook-id": "1", "webhook-timestamp": "10", "webhook-signature": sent}
    assert not signature.is_valid(signature.new_secret(), headers, b"{}", now_s=10)


@pytest.mark.shared
def test_our_hmac_is_that_of_the_published_examples(shared):
    cases = json.loads((shared / "vectors" / "webhook_signatures.json").read_text())["cases"]
    for case in cases:
        headers = {name.lower(): value for name, value in case["header"].items()}
        body = case["body"]
        if "x-slack-signature" in headers:
            body = f"v0:{headers['x-slack-request-timestamp']}:{body}"
        sent = (headers.get("x-slack-signature") or headers["x-hub-signature-256"]).partition("=")[2]
        made = signature.hmac_sha256(case["secret"].encode(), body.encode()).hex()
        assert (made == sent) == case["expected"], case["id"]


def test_slack_and_teams_get_what_they_take(told, receiver, at):
    deliver(told(Channel.SLACK, receiver.url), at)
    ((headers, body),) = receiver.requests
    assert headers["content-type"] == "application/json"
    assert {block["text"]["type"] for block in json.loads(body)["blocks"]} == {"plain_text"}


def test_hostile_text_means_nothing_to_slack():
    body = json.loads(slack_body(_hostile()))
    assert "<" not in body["text"]
    assert "&lt;!channel&gt;" in body["text"]
    assert all(block["text"]["type"] == "plain_text" for block in body["blocks"])
    assert len(body["blocks"][0]["text"]["text"]) <= 150
    assert len(body["blocks"][1]["text"]["text"]) <= 3000


def test_hostile_text_means_nothing_to_teams():
    body = json.loads(teams_body(_hostile()))
    card = body["attachments"][0]["content"]
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert {run["type"] for block in card["body"] for run in block["inlines"]} == {"TextRun"}
    assert "msteams" not in card
    assert card["actions"][0]["url"] == "https://go.example.org/"


def _hostile() -> Message:
    return written(Kind.AFTER, CONTEXT | {"link": "//evil.example/x"}, base_url="https://go.example.org/")


def test_the_largest_message_fits_every_channel():
    context = dict.fromkeys(CONTEXT, "\U0001f600" * 5000)
    message = written(Kind.AFTER, context, base_url="https://go.example.org")
    assert len(teams_body(message)) < 21_000
    assert len(message.subject) <= 150


def test_values_are_never_templates():
    message = written(Kind.AFTER, CONTEXT | {"version": "$outcome {outcome} %s"}, base_url="")
    assert "$outcome {outcome} %s" in message.subject


def test_plain_keeps_the_words_of_every_language():
    assert (
        plain("Überprüfung 検証 \u05d1\u05d3\u05d9\u05e7\u05d4")
        == "Überprüfung 検証 \u05d1\u05d3\u05d9\u05e7\u05d4"
    )


def test_a_receiver_that_fails_is_tried_again_with_longer_pauses(told, receiver, at):
    receiver.answers = [500, 503, 200]
    key = told(Channel.SLACK, receiver.url)
    moment, pauses = at, []
    for _ in range(3):
        deliver(key, moment)
        row = _row()
        if row.next_at:
            pauses.append((row.next_at - moment).total_seconds())
            moment = row.next_at
    assert pauses == [5.0, 30.0]
    assert (row.state, row.attempts, len(receiver.requests)) == (State.DONE, 3, 3)


def test_a_receiver_that_is_down_for_a_day_gets_it_once_when_it_is_back(told, receiver, at):
    """F34: nothing is given up within a day; the later tries are an hour apart."""
    key = told(Channel.SLACK, receiver.url)
    receiver.answers = [503] * 100
    moment = at
    while moment < at + timedelta(hours=24):
        deliver(key, moment)
        moment = _row().next_at
    receiver.answers, before = [], len(receiver.requests)
    assert _row().state == State.WAITING
    deliver(key, moment)
    deliver(key, moment + timedelta(hours=2))
    assert len(receiver.requests) == before + 1
    assert _row().state == State.DONE


def test_a_receiver_that_says_gone_is_given_up_on_record(told, receiver, at):
    from flightrules.service.records.queries import entries

    receiver.answers = [410]
    deliver(told(Channel.SLACK, receiver.url), at)
    assert _row().state == State.DEAD
    assert entries(tag="notices:notice:given-up").count() == 1


def test_a_redirect_is_not_followed(told, receiver, at):
    receiver.answers, receiver.location = [302], "http://127.0.0.1:1/elsewhere"
    deliver(told(Channel.SLACK, receiver.url), at)
    assert (_row().state, len(receiver.requests)) == (State.WAITING, 1)
    assert "redirect" in _row().fault


@pytest.mark.parametrize(("fault", "state"), [("drip", State.DONE), ("silent", State.WAITING)])
def test_a_receiver_that_never_ends_is_left_at_the_deadline(told, receiver, at, monkeypatch, fault, state):
    """F15: one byte now and then after it said 200, which counts as taken; or nothing at all, which does not."""
    from flightrules.service.notices import delivery, outside

    monkeypatch.setattr(delivery, "post", lambda *given: outside.post(*given, deadline_s=1.0))
    setattr(receiver, fault, True)
    key = told(Channel.SLACK, receiver.url)
    began = time.monotonic()
    deliver(key, at)
    assert time.monotonic() - began < 2.5
    assert _row().state == state


def test_no_secret_of_a_channel_is_in_the_rows_or_in_the_log(told, receiver, at, caplog):
    receiver.answers = [500, 302, 410]
    key = told(Channel.SLACK, receiver.url)
    for moment in (at, at + timedelta(seconds=5), at + timedelta(seconds=40)):
        deliver(key, moment)
    kept = " ".join(
        str(value) for row in (_row(), Subscription.objects.get()) for value in vars(row).values()
    )
    assert "SECRETPATH" not in kept
    assert "SECRETPATH" not in caplog.text


def test_a_channel_that_was_ended_gets_nothing_more(told, receiver, at):
    key = told(Channel.SLACK, receiver.url)
    Subscription.objects.update(ended_at=at)
    deliver(key, at)
    assert receiver.requests == []
    assert _row().state == State.DEAD


def test_another_secret_key_is_said_and_nothing_is_sent(told, receiver, at, settings):
    key = told(Channel.SLACK, receiver.url)
    settings.SECRET_KEY = "another" * 10
    deliver(key, at)
    assert receiver.requests == []
    assert _row().fault.startswith("E_CHANNEL_SEAL")
