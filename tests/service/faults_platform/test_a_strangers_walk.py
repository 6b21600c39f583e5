"""A stranger's first day, through the doors alone: forms, REST and commands of real processes.

Set up by the link, invite the others, agree on a rulebook, open a release, push the evidence of the examples, get the
service's own verdict, export the case and verify it offline. Once on SQLite with everything in one process, once on
PostgreSQL with two web and two worker processes.
"""

import http.cookiejar
import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from people_stories import PASSWORD, code_now
from service.faults_platform.conftest import free_port

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "go"
NEGOTIATORS = ("qa-lead", "engineering-lead", "product-manager")


def _request(url, body, headers):
    return urllib.request.Request(url, body, headers)  # noqa: S310 -- our own server


class Visitor:
    """A person with a browser: cookies, forms and their tokens against forgery."""

    def __init__(self, base):
        self.base = base
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar)

    def see(self, path):
        with self._opener.open(f"{self.base}{path}", timeout=30) as page:
            return page.read().decode()

    def fill(self, page, path, **fields):
        """Fill in the form of a page that has these fields and send it; returns the page that follows."""
        form = next(
            one
            for one in re.findall(r"<form.*?</form>", page, re.DOTALL)
            if all(f'name="{name}"' in one for name in fields)
        )
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
        action = re.search(r'action="([^"]*)"', form)
        sent = urllib.parse.urlencode({**hidden, **fields}, doseq=True).encode()
        target = f"{self.base}{action[1] if action and action[1] else path}"
        with self._opener.open(_request(target, sent, {"Origin": self.base}), timeout=30) as answer:
            return answer.read().decode()

    def open_account(self, path, **fields):
        """Follow a one-time link, add an authenticator app, and issue a token: what a newcomer does.

        Returns the token and the secret that the app shows codes of.
        """
        self.fill(self.see(path), path, password=PASSWORD, again=PASSWORD, **fields)
        activation = "/accounts/2fa/totp/activate/"
        page = self.see(activation)
        secret = re.search(r'value="([A-Z2-7]{16,})"', page)[1]
        self.fill(page, activation, code=code_now(secret))
        page = self.see("/security")
        scopes = re.findall(r'name="scopes" value="([\w-]+)"', page)
        page = self.fill(page, "/security", title="first day", days="30", scopes=scopes)
        return re.search(r"frt_[\w-]+", page)[0], secret


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def office(request):
    if request.param == "sqlite":
        found = request.getfixturevalue("office")
        found.serve()
        found.ports = [found.port]
        return found
    found = request.getfixturevalue("shared_office")
    found.ports = [found.port, free_port()]
    found.environment["FLIGHTRULES_BASE_URL"] = f"http://127.0.0.1:{found.port}"
    for port in found.ports:
        found.serve("--no-worker", port=port)
    for _ in range(2):
        found.run("worker")
    return found


def prove(office, token, **shown):
    """Show who signs next with this token."""
    status, _, told = office.ask("POST", "/api/v1/me/proof", shown, token=token)
    assert status == 200, told


def command(office, *arguments, token="", cwd=EXAMPLE):
    """A command as the stranger types it; with a token against the last web process."""
    told = {"FLIGHTRULES_URL": f"http://127.0.0.1:{office.ports[-1]}", "FLIGHTRULES_TOKEN": token}
    return subprocess.run(
        [sys.executable, "-m", "flightrules.cli.main", *arguments],
        cwd=cwd,
        env=office.environment | (told if token else {}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_from_the_setup_link_to_a_case_file_that_verifies_offline(office, tmp_path):
    base = office.environment["FLIGHTRULES_BASE_URL"]
    link = re.search(r"http\S+(/setup\?code=\S+)", office.log(0))[1]
    manager, secret = Visitor(base).open_account(
        link, name="Robin", email="robin@example.org", roles=["release-manager", "engineer"]
    )

    tokens, shown = {}, {"code": code_now(secret), "password": PASSWORD}
    for number, role in enumerate(NEGOTIATORS):
        prove(office, manager, **shown)
        shown = {"password": PASSWORD}
        body = {"name": role, "email": f"p{number}@example.org", "roles": [{"role": role}]}
        status, _, told = office.ask("POST", "/api/v1/people", body, token=manager)
        assert status == 201, told
        tokens[role] = Visitor(base).open_account(json.loads(told)["path"])

    assert (
        office.ask("POST", "/api/v1/products", {"key": "checkout", "name": "Checkout"}, token=manager)[0]
        == 201
    )
    proposal = _request(
        f"{base}/api/v1/products/checkout/rulebooks",
        (EXAMPLE / ".flightrules.yml").read_bytes(),
        {"Authorization": f"Bearer {tokens['qa-lead'][0]}", "Content-Type": "application/yaml"},
    )
    with urllib.request.build_opener().open(proposal, timeout=30) as answer:
        assert answer.status == 201
    for role, (token, secret) in tokens.items():
        prove(office, token, code=code_now(secret), password=PASSWORD)
        status, _, told = office.ask(
            "POST", "/api/v1/products/checkout/rulebooks/1/signatures", {"role": role}, token=token
        )
        assert status == 201, told
    assert json.loads(told)["state"] == "adopted"

    release = {"product": "checkout", "version": "4.2.0"}
    assert office.ask("POST", "/api/v1/releases", release, token=manager)[0] == 201
    pushed = command(office, "push", "--product", "checkout", "--release", "4.2.0", token=manager)
    assert "gate exit: " in pushed.stdout, pushed.stdout + pushed.stderr
    assert pushed.returncode in (0, 1, 3)
    _, _, told = office.get("/api/v1/releases?product=checkout", token=manager)
    [listed] = json.loads(told)["items"]
    _, _, told = office.get(f"/api/v1/releases/{listed['key']}/gate-runs", token=manager)
    runs = json.loads(told)["items"]
    assert [run["gate"] for run in runs] == ["exit"]

    case, key = tmp_path / "case.zip", tmp_path / "ledger.pub"
    exported = command(office, "ledger", "export", "--product", "checkout", "--out", str(case))
    assert exported.returncode == 0, exported.stderr
    key.write_bytes((office.home / "keys" / "ledger.pub").read_bytes())
    office.end()
    alone = {k: v for k, v in os.environ.items() if not k.startswith(("FLIGHTRULES_", "DJANGO_", "COV"))}
    verified = subprocess.run(
        [sys.executable, "-m", "flightrules.cli.main", "verify", str(case), "--key", str(key)],
        cwd=tmp_path,
        env=alone,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "\nverified: product/checkout" in verified.stdout
