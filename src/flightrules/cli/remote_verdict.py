"""A gate run of the service as the terminal shows it, and as the exit code that pipelines act on."""

from __future__ import annotations

import time
from argparse import ArgumentTypeError
from collections.abc import Mapping
from typing import Any

from flightrules.cli.remote import Office, plain
from flightrules.errors import ExitCode, UsageError

__all__ = ["await_run", "exit_code_of_run", "seconds", "shown"]

_PAUSE_S = 1.0
_LONGEST_S = 86_400.0
_NAMED = 20


def await_run(service: Office, run: Mapping[str, Any], timeout_s: float) -> dict[str, Any]:
    """The run once it was judged, or as it is when the time is up.

    Raises:
        UsageError: E_REMOTE_RUN when the service gave the run up.
    """
    until = time.monotonic() + timeout_s
    found = dict(run)
    while not found["judged_at"]:
        if found["state"] == "dead":
            raise UsageError("E_REMOTE_RUN", f"the service could not judge the gate: {plain(found['fault'])}")
        left = until - time.monotonic()
        if left <= 0:
            break
        time.sleep(min(_PAUSE_S, left))
        found = service.get(f"/gate-runs/{found['key']}")
    return found


def seconds(text: str) -> float:
    """Seconds as people write them; not a number that no clock ever reaches."""
    if not text.isascii() or not text.replace(".", "", 1).isdigit():
        raise ArgumentTypeError(f"{text[:20]!r} is no number of seconds")
    return min(float(text), _LONGEST_S)


def exit_code_of_run(run: Mapping[str, Any]) -> ExitCode:
    """The same contract as ``check``: what the service found decides, not what was found here."""
    if not run["judged_at"]:
        return ExitCode.WAITING
    evaluated = [status for status in run["statuses"].values() if status != "NOT APPLICABLE"]
    if run["outcome"] == "HOLD" and not run["statuses"]:
        return ExitCode.WAITING
    if not evaluated:
        return ExitCode.NOTHING_EVALUATED
    if run["opens"]:
        return ExitCode.GO
    if run["outcome"] == "NO-GO":
        return ExitCode.NO_GO
    if "ERROR" in evaluated:
        return ExitCode.USAGE
    waits = any(status in ("NO DATA", "STALE", "NOT MEASURED AS STATED") for status in evaluated)
    return ExitCode.NO_DATA if waits else ExitCode.WAITING


def shown(run: Mapping[str, Any], title: str) -> str:
    """The service's verdict in lines: what it is, what blocks, what to know, where CI said otherwise."""
    if not run["judged_at"]:
        return f"{plain(title)}, gate {plain(run['gate'])}: the service has not judged it yet\n"
    counts = ", ".join(f"{number} {plain(status)}" for status, number in run["counts"].items())
    verdict = f"would be {run['outcome']}" if run["advise"] else run["outcome"]
    lines = [
        f"{plain(title)}, gate {plain(run['gate'])}: {plain(verdict)}",
        f"  judged by the service on {plain(run['judged_at'])}, edition {run['rulebook']} of the rulebook",
        f"  criteria: {counts or 'none'}",
    ]
    signed = (run.get("claim") or {}).get("verified_by")
    lines += [f"  claim: signed by the machine's key {plain(signed)[:16]}, verified"] if signed else []
    lines += _section("blocks", run["blockers"])
    lines += _section("know", run["cautions"])
    lines += _section("claimed otherwise", run["differences"])
    return "\n".join(lines) + "\n"


def _section(title: str, said: list[str]) -> list[str]:
    lines = [f"  {title}: {plain(one)}" for one in said[:_NAMED]]
    return lines + ([f"  {title}: and {len(said) - _NAMED} more"] if len(said) > _NAMED else [])
