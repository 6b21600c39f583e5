"""What stories of signing with a token share: the caller asks for a confirmation and gives it in the browser."""

from __future__ import annotations

import json
from typing import Any

from flightrules.ledger.signed_terms import plain_terms, terms_digest
from flightrules.service.people import confirmations
from people_stories import actor_of, now

REFUSED = (401, "E_REAUTH_REQUIRED")


def confirmed(caller: Any, act: str, about: str, terms: dict[str, Any]) -> None:
    """Confirm an act in the browser, under its terms as the how-to words them."""
    confirmed_under(caller, act, about, terms_digest(act, about, terms), terms=plain_terms(terms))


def confirmed_under(caller: Any, act: str, about: str, digest: str, **more: Any) -> None:
    """Confirm an act in the browser, on a thing that has a digest of its own."""
    asked = {"act": act, "about": about, "digest": digest, **more}
    answer = caller.post("/confirmations", asked)
    assert answer.status_code == 201, answer.content
    by = actor_of(caller, via="session", proved_at=now(), components=2)
    confirmations.confirm(key=json.loads(answer.content)["key"], by=by, at=now())


def outcome(answer: Any) -> Any:
    """The status, with the code where it is refused."""
    body = json.loads(answer.content)
    return (answer.status_code, body["code"]) if "code" in body else answer.status_code
