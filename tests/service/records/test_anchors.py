"""Witnesses outside: a timestamp authority of our own on this machine, and a git repository."""

import http.server
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from flightrules.ledger.history import heads_in
from flightrules.service.door.refusals import ForeignError, UnavailableError
from flightrules.service.records import anchors
from flightrules.service.records import services as records
from flightrules.service.records.actor import SYSTEM
from flightrules.service.records.fsck import check_all
from flightrules.service.records.models import Checkpoint, Entry
from flightrules.service.records.queries import head, public_keys
from flightrules.service.records.tags import Tag
from flightrules.service.records.verification import verify_ledger

SHOP = records.product_stream("shop")
CONFIGURATION = """
[req]
distinguished_name = dn
[dn]
[tsa]
default_tsa = local
[local]
serial = ./serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
tsa_name = yes
ess_cert_id_chain = no
[leaf]
extendedKeyUsage = critical,timeStamping
basicConstraints = CA:FALSE
[root]
basicConstraints = critical,CA:TRUE
keyUsage = keyCertSign
"""


class Authority:
    """A timestamp authority made with openssl; ``answer`` can be replaced to make it lie."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "ts.cnf").write_text(CONFIGURATION, encoding="utf-8")
        (folder / "serial").write_text("01", encoding="ascii")
        self._openssl(
            "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 9 -subj /CN=Root -config ts.cnf -extensions root"
        )
        self._openssl(
            "req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN=Authority -config ts.cnf"
        )
        self._openssl(
            "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 9 -extfile ts.cnf -extensions leaf -out tsa.pem"
        )
        self.answer = self.timestamp

    def _openssl(self, words: str) -> None:
        subprocess.run(["openssl", *words.split()], cwd=self.folder, check=True, capture_output=True)

    def timestamp(self, request: bytes) -> bytes:
        (self.folder / "q.tsq").write_bytes(request)
        self._openssl("ts -reply -config ts.cnf -queryfile q.tsq -signer tsa.pem -inkey tsa.key -out r.tsr")
        return (self.folder / "r.tsr").read_bytes()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    pytest.importorskip("rfc3161_client")
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    local = Authority(tmp_path_factory.mktemp("authority"))

    class Door(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            answer = local.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    local.url = f"http://127.0.0.1:{server.server_address[1]}/"
    yield local
    server.shutdown()
    server.server_close()


@pytest.fixture
def roots(authority, settings):
    settings.FLIGHTRULES_TIMESTAMP_ROOTS = str(authority.folder / "ca.pem")


def anchored(at, **witness):
    return anchors.anchor_head(
        stream=SHOP,
        authority=witness.get("authority"),
        repository=witness.get("repository"),
        by=SYSTEM,
        at=at,
    )


@pytest.mark.usefixtures("roots")
def test_a_timestamp_of_the_head_is_kept_beside_it(authority, tell, at):
    tell(5)
    (said,) = anchored(at, authority=authority.url)
    assert said.startswith("rfc3161 20")
    kept = Checkpoint.objects.get(size=5)
    assert anchors.timestamp_faults(kept) == []
    assert Entry.objects.get(tag=Tag.ANCHORED).subject == f"stream/{SHOP}"
    assert list(check_all(keys=public_keys())) == []


@pytest.mark.usefixtures("roots")
def test_the_timestamp_of_another_head_does_not_count(authority, tell, at):
    tell(5)
    anchored(at, authority=authority.url)
    tokens = Checkpoint.objects.get(size=5).anchors
    tell(1, tag=Tag.DECISION_RECORDED)
    other = Checkpoint.objects.get(size=6)
    other.anchors = tokens
    assert "does not hold" in anchors.timestamp_faults(other)[0]


@pytest.mark.usefixtures("roots")
@pytest.mark.parametrize("lie", [b"", b"no timestamp", None], ids=["nothing", "noise", "an older answer"])
def test_an_authority_that_answers_something_else_is_no_witness(authority, tell, at, lie, monkeypatch):
    tell(2)
    older = authority.timestamp((authority.folder / "q.tsq").read_bytes()) if lie is None else lie
    monkeypatch.setattr(authority, "answer", lambda _: older)
    with pytest.raises(UnavailableError) as refused:
        anchored(at, authority=authority.url)
    assert refused.value.code == "E_WITNESS"
    assert not Entry.objects.filter(tag=Tag.ANCHORED).exists()


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://127.0.0.1:9/", "nothing"])
def test_an_authority_that_is_not_there_is_said(tell, at, url):
    pytest.importorskip("rfc3161_client")
    tell(1)
    with pytest.raises(UnavailableError):
        anchored(at, authority=url)


def test_without_roots_no_timestamp_is_believed(authority, tell, at, settings):
    settings.FLIGHTRULES_TIMESTAMP_ROOTS = "/nowhere/roots.pem"
    tell(1)
    with pytest.raises(UnavailableError, match="FLIGHTRULES_TIMESTAMP_ROOTS"):
        anchored(at, authority=authority.url)


def test_a_note_in_a_repository_is_an_anchor(tell, at, tmp_path):
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    repository = tmp_path / "repository"

    def git(*words):
        argv = [
            "git",
            "-C",
            str(repository),
            "-c",
            "user.name=Ada",
            "-c",
            "user.email=ada@example.org",
            *words,
        ]
        return subprocess.run(argv, check=True, capture_output=True).stdout

    repository.mkdir()
    git("init", "-q")
    git("config", "user.name", "Ada")
    git("config", "user.email", "ada@example.org")
    git("commit", "-q", "--allow-empty", "-m", "begin")
    tell(4)
    anchored(at, repository=str(repository))
    tell(3)
    anchored(at, repository=str(repository))
    noted = heads_in(git("notes", "--ref=flightrules", "show", "HEAD"), name="note")
    assert [one.head.size for one in noted.values()] == [4, 7]
    reports = list(verify_ledger(keys=public_keys(), anchors=noted))
    assert all(report.ok for report in reports)
    assert heads_in(head(SHOP).encode(), name="tip")["tip"].head == list(noted.values())[1].head


def test_a_folder_that_is_no_repository_is_said(tell, at, tmp_path):
    tell(1)
    with pytest.raises(UnavailableError):
        anchored(at, repository=str(tmp_path))


def test_nothing_recorded_is_nothing_to_anchor(at):
    with pytest.raises(ForeignError):
        anchored(at, repository="/tmp")
