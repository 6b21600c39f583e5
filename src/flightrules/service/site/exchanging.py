"""Token exchange (RFC 8693): a workload shows its provider's token and gets one for the API, for minutes.

It stands beside the API because who asks has nothing yet to ask with. The provider's token is verified before
any transaction begins: its keys may have to be fetched.
"""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from flightrules.errors import FlightrulesError
from flightrules.service.door.asked import TimedRequest
from flightrules.service.door.problems import problem, refused
from flightrules.service.people.services.workloads import exchange
from flightrules.service.people.workload_tokens import verify

__all__ = ["exchange_token"]

_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
_KINDS = ("urn:ietf:params:oauth:token-type:jwt", "urn:ietf:params:oauth:token-type:id_token")
_ISSUED = "urn:ietf:params:oauth:token-type:access_token"


@csrf_exempt  # nothing of the browser's is asked: who has the token has it
@require_POST
def exchange_token(request: HttpRequest) -> HttpResponse:
    """The answer of RFC 8693, or a problem document."""
    said = request.POST
    if said.get("grant_type") != _GRANT or said.get("subject_token_type") not in _KINDS:
        return problem(
            422,
            "E_WORKLOAD_GRANT",
            "this is no token exchange",
            hint=f"send grant_type={_GRANT}, subject_token_type={_KINDS[0]}, subject_token",
        )
    at = cast("TimedRequest", request).asked_at
    machine = said.get("resource", "")
    try:
        token, secret = exchange(shown=verify(said.get("subject_token", "")), machine=machine, at=at)
    except FlightrulesError as error:
        return refused(error)
    answer = JsonResponse(
        {
            "access_token": secret,
            "issued_token_type": _ISSUED,
            "token_type": "Bearer",
            "expires_in": int((token.expires_at - at).total_seconds()),
            "scope": " ".join(token.scopes),
        }
    )
    answer["Cache-Control"] = "no-store"
    return answer
