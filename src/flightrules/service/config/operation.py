"""For those who run the service: whether it lives, whether it can do its work, and its counts."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from flightrules.service.door.asked import TimedRequest
from flightrules.service.door.metrics import CONTENT_TYPE, exposition
from flightrules.service.door.problems import problem
from flightrules.service.door.refusals import UnavailableError
from flightrules.service.jobs.queries import seconds_since_beat, works
from flightrules.service.notices.events import open_streams
from flightrules.service.notices.queries import counts_by_state, oldest_due
from flightrules.service.people.access import has_power
from flightrules.service.people.authentication import TokenDoor
from flightrules.service.people.powers import Power
from flightrules.service.records.signer import ledger_key

__all__ = ["defect", "healthz", "metrics", "not_found", "not_understood", "readyz"]

_DATABASE_TROUBLE = (DatabaseError, InterfaceError)


def healthz(_request: HttpRequest) -> JsonResponse:
    """The process lives; asks nobody else."""
    return JsonResponse({"status": "ok"})


def readyz(request: TimedRequest) -> JsonResponse:
    """Each thing that work needs, and whether it is there: database, ledger key, a living worker."""
    checks = {
        "database": _said(_ask_database),
        "ledger_key": _said(ledger_key),
        "worker": _said(lambda: _ask_worker(request)),
    }
    ready = all(said == "ok" for said in checks.values())
    answer = JsonResponse({"status": "ok" if ready else "not ready", **checks}, status=200 if ready else 503)
    answer["Cache-Control"] = "no-store"
    return answer


def metrics(request: TimedRequest) -> HttpResponse:
    """Counts for Prometheus; for this machine, or with a token that may operate."""
    if not _may_see_metrics(request):
        return problem(
            401, "E_UNAUTHENTICATED", "the counts are for this machine, or for a token that may operate"
        )
    return HttpResponse(exposition(_gauges(request)), content_type=CONTENT_TYPE)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 -- named by Django
    """Nothing is here: as a problem document for programs, as a page for people."""
    if request.path.startswith("/api/"):
        return problem(404, "E_NO_SUCH", "there is no such thing here")
    return render(request, "site/missing.html", status=404)


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 -- named by Django
    """What the framework itself refuses before anything is asked, most of all a host that is not this one."""
    hint = "ask by a name of FLIGHTRULES_ALLOWED_HOSTS"
    return problem(400, "E_HTTP", "the request, or the host that it names, is not taken here", hint=hint)


def defect(request: HttpRequest) -> HttpResponse:
    """A defect of ours; what it was stands in the log under the request's id, not here."""
    found = getattr(request, "record_id", "")
    return problem(500, "E_INTERNAL", "Flightrules has a defect; nothing was decided", request_id=found)


def _said(ask: Callable[[], object]) -> str:
    try:
        ask()
    except (*_DATABASE_TROUBLE, UnavailableError, LookupError) as error:
        return error.code if isinstance(error, UnavailableError) else "not there"
    return "ok"


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_worker(request: TimedRequest) -> None:
    if not works(request.asked_at):
        raise LookupError("no worker was heard of lately")


def _may_see_metrics(request: TimedRequest) -> bool:
    """From this machine itself, unless a proxy speaks for others; else with a token's power to operate."""
    if settings.FLIGHTRULES_METRICS_OPEN:
        return True
    token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if token:
        actor = TokenDoor().authenticate(request, token)
        return actor is not None and has_power(actor, Power.OPERATE, at=request.asked_at)
    return not settings.FLIGHTRULES_BEHIND_PROXY and _is_local(request.META.get("REMOTE_ADDR", ""))


def _is_local(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _gauges(request: TimedRequest) -> dict[str, tuple[str, float]]:
    at = request.asked_at
    found: dict[str, tuple[str, float]] = {
        "flightrules_event_streams": ("Readers of event streams in this process", open_streams()),
        "flightrules_process_id": ("The process that answered", os.getpid()),
    }
    try:
        beat, due = seconds_since_beat(at), oldest_due()
        counts = counts_by_state()
    except _DATABASE_TROUBLE:
        return found | {"flightrules_database_up": ("Whether the database answers", 0)}
    late = max(0.0, (at - due).total_seconds()) if due else 0.0
    found["flightrules_database_up"] = ("Whether the database answers", 1)
    found["flightrules_worker_beat_seconds"] = (
        "Seconds since a worker was heard of; -1 for never",
        -1 if beat is None else beat,
    )
    found["flightrules_notices_late_seconds"] = ("How long the oldest due notice waits", late)
    for state, count in counts.items():
        found[f"flightrules_notices_{state}"] = (f"Notices that are {state}", count)
    return found
