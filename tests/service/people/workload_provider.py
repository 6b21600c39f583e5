"""An OpenID provider on this machine that signs whatever a story says, and a pipeline of the shop behind it."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from flightrules.service.people.workload_tokens import forget_keys
from people_stories import now

SUBJECT = "repo:acme/shop:ref:refs/heads/main"


class Provider:
    """An OpenID provider on this machine: signs whatever a story says."""

    def __init__(self) -> None:
        self.rsa = rsa.generate_private_key(65537, 2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.asked: list[str] = []
        self.document: Any = {}
        self.moved = ""
        self.listed: list[Any] | None = None
        handler = type("Handler", (_Handler,), {"provider": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def keys(self) -> list[dict[str, Any]]:
        found = []
        for name, key, algorithm in (("r", self.rsa, "RS256"), ("e", self.ec, "ES256")):
            one = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
            found.append({**one, "kid": name, "use": "sig", "alg": algorithm})
        return found

    def token(
        self, *, key: Any = None, algorithm: str = "RS256", kid: str | None = "r", **claims: Any
    ) -> str:
        at = int(now().timestamp())
        said = {
            "iss": self.issuer,
            "sub": SUBJECT,
            "aud": "flightrules",
            "iat": at,
            "nbf": at,
            "exp": at + 300,
            "jti": f"{time.monotonic_ns()}",
            "repository_id": "4711",
            **claims,
        }
        said = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(said, key or self.rsa, algorithm=algorithm, headers={"kid": kid} if kid else {})


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        self.provider.asked.append(self.path)
        if self.provider.moved:
            self.send_response(302)
            self.send_header("Location", self.provider.moved)
            self.end_headers()
            return
        if self.path.startswith("/github?"):
            self._of_github()
            return
        issuer = self.provider.issuer
        known = self.provider.document
        if isinstance(known, dict):
            known = {"issuer": issuer, "jwks_uri": f"{issuer}/keys", **known}
        listed = self.provider.keys() if self.provider.listed is None else self.provider.listed
        body = known if self.path.startswith("/.well-known") else {"keys": listed}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def _of_github(self) -> None:
        """A new token for whoever shows what GitHub gave the job, and for the audience that is asked for."""
        may = self.headers["Authorization"] == "Bearer of-this-job"
        (audience,) = parse_qs(urlsplit(self.path).query)["audience"]
        self.send_response(200 if may else 401)
        self.end_headers()
        self.wfile.write(json.dumps({"value": self.provider.token(aud=audience)}).encode() if may else b"{}")

    def log_message(self, *_: Any) -> None:
        """Nothing is told of what was asked."""


@pytest.fixture(scope="module")
def made():
    one = Provider()
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.fixture
def provider(made, settings):
    forget_keys()
    made.document, made.moved, made.listed = {}, "", None
    made.asked.clear()
    settings.FLIGHTRULES_WORKLOAD_ISSUERS = (made.issuer,)
    yield made
    forget_keys()


@pytest.fixture
def pipeline(shop, person, provider):
    """A machine of the shop, for which jobs of the repository may speak."""
    admin = person("administrator")
    key = admin.post("/machines", {"name": "CI of the shop", "product": "shop"}).json()["key"]
    return Pipeline(admin, key, provider)


class Pipeline:
    def __init__(self, admin: Any, key: str, provider: Provider) -> None:
        self.admin, self.key, self.provider = admin, key, provider

    def trust(self, **changed: Any) -> Any:
        said = {
            "issuer": self.provider.issuer,
            "audience": "flightrules",
            "subject": "repo:acme/shop:*",
            **changed,
        }
        return self.admin.post(f"/machines/{self.key}/identities", said)
