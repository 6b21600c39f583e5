"""Who runs this job, by its provider's own token, and the short-lived token that the service gives for it.

``FLIGHTRULES_IDENTITY`` says where the provider's token comes from: ``github`` asks GitHub for a new one,
``env:NAME`` and ``file:PATH`` read what the job was given. The service exchanges each of them once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, build_opener

from flightrules.cli.answers import NOT_REACHED, NoRedirect, parts_of, plain, refused, unreachable
from flightrules.errors import UsageError

__all__ = ["exchanged", "identity_token"]

_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
_KIND = "urn:ietf:params:oauth:token-type:jwt"
_PATIENCE_S = 60
_MOST = 1 << 20
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def exchanged(url: str, source: str, *, audience: str = "", machine: str = "") -> dict[str, Any]:
    """The service's answer to the provider's token: ``access_token``, ``expires_in``, ``scope``.

    Args:
        url: address of the service.
        source: where the provider's token comes from.
        audience: whom it is asked for, where it is asked for; the service's address where empty.
        machine: key of the machine, where one token stands for several.

    Raises:
        UsageError: E_WORKLOAD_IDENTITY, E_REMOTE_*, or the service's own code.
    """
    asked = {"grant_type": _GRANT, "subject_token_type": _KIND}
    asked |= {
        "subject_token": identity_token(source, audience or url),
        **({"resource": machine} if machine else {}),
    }
    request = Request(  # noqa: S310 -- only http and https, checked where the address is read
        f"{url}/oauth/token", data=urlencode(asked).encode(), headers={"Accept": "application/json"}
    )
    found = _answer(request, url, refused)
    if not isinstance(found, dict) or not isinstance(found.get("access_token"), str):
        raise UsageError("E_REMOTE", f"{plain(url)} answered no token", hint="check FLIGHTRULES_URL")
    return found


def identity_token(source: str, audience: str) -> str:
    """The provider's token of this job.

    Raises:
        UsageError: E_WORKLOAD_IDENTITY where there is none.
    """
    kind, _, where = source.partition(":")
    if source == "github":
        return _of_github(audience)
    if kind == "env" and where:
        found = os.environ.get(where, "")
    elif kind == "file" and where:
        found = _of_file(where)
    else:
        raise _nobody(f"{plain(source)[:60]!r} names no place", "write github, env:NAME or file:PATH")
    if not found.strip():
        raise _nobody(
            f"{plain(source)[:60]} holds nothing", "in GitLab, `id_tokens:` of the job names the variable"
        )
    return found.strip()


def _of_file(path: str) -> str:
    from flightrules.cli.discover import read_file

    return read_file(path, what="token").decode("ascii", "replace")


def _of_github(audience: str) -> str:
    """A new token each time; the address is GitHub's, and https anywhere but on this machine."""
    url = os.environ.get("ACTIONS_ID_TOKEN_REQUEST_URL", "")
    asking = os.environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "")
    if not url or not asking:
        raise _nobody("this job may not ask GitHub who it is", "give it `permissions: {id-token: write}`")
    parts = parts_of(url)
    if parts.scheme != "https" and (parts.scheme != "http" or parts.hostname not in _LOCAL):
        raise _nobody("ACTIONS_ID_TOKEN_REQUEST_URL is no https address", "leave it as GitHub sets it")
    joint = "&" if parts.query else "?"
    headers = {"Authorization": f"Bearer {asking}", "Accept": "application/json"}
    request = Request(f"{url}{joint}audience={quote(audience, safe='')}", headers=headers)  # noqa: S310 -- see above
    found = _answer(request, f"{parts.scheme}://{parts.hostname}", _github_refused)
    if not isinstance(found, dict) or not isinstance(found.get("value"), str):
        raise _nobody("GitHub answered no token", "run the job again")
    return str(found["value"])


def _answer(request: Request, url: str, refusal: Callable[[HTTPError], UsageError]) -> Any:
    try:
        with build_opener(NoRedirect).open(request, timeout=_PATIENCE_S) as answer:
            return json.loads(answer.read(_MOST))
    except HTTPError as error:
        with error:
            raise refusal(error) from None
    except NOT_REACHED as error:
        raise unreachable(url, error) from None
    except ValueError:
        raise UsageError("E_REMOTE", f"{plain(url)} answered something that is no JSON") from None


def _github_refused(error: HTTPError) -> UsageError:
    return _nobody(f"GitHub answered {error.code}", "run the job again")


def _nobody(message: str, hint: str) -> UsageError:
    return UsageError("E_WORKLOAD_IDENTITY", message, hint=hint)
