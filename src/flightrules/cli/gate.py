"""Let a deployment through only where exactly this artefact was decided to go to exactly this environment.

Asks the service (FLIGHTRULES_URL and FLIGHTRULES_TOKEN), which puts its answer on record, or verifies an
attestation offline. Exit code 0 only where the way is open: GO, GO BY OVERRIDE, or CONDITIONAL GO with every
condition met now. 1 closed, 6 where people or time can open it, 4 where the service cannot be reached.
"""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flightrules.cli.remote import Office, office, plain
from flightrules.cli.terminal import say, say_json
from flightrules.errors import EvidenceError, ExitCode, UsageError

__all__ = ["configure", "execute"]

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_UNREACHABLE = frozenset({"E_REMOTE_UNREACHABLE", "E_REMOTE", "E_DATABASE", "E_SIGNING_KEY", "E_LEDGER_TIP"})
_ANSWERS = frozenset({"E_CLEARANCE_CLOSED", "E_CLEARANCE_WAITS"})
_WAITING = "WAITING"
_LARGEST = 64 << 30


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "--artefact", metavar="FILE", required=True, help="what is deployed: a file, or sha256:DIGEST"
    )
    parser.add_argument("--environment", metavar="ENV", required=True, help="where it goes")
    parser.add_argument("--product", metavar="KEY", help="where several products ship the same digest")
    parser.add_argument(
        "--flag-percent", metavar="N", help="share of users a new flag is set to; 100 is for people"
    )
    parser.add_argument("--no-record", action="store_true", help="only look: put no answer on record")
    parser.add_argument("--attestation", metavar="FILE", help="verify this instead of asking the service")
    parser.add_argument(
        "--key", action="append", default=[], metavar="PEM", help="the ledger's public key; repeatable"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what stdout gets")


def execute(arguments: Namespace) -> int:
    """Ask or verify, say why, and let through or not."""
    digest = _digest(arguments.artefact)
    if arguments.attestation is not None:
        return _verified(arguments, digest)
    if arguments.key:
        raise UsageError(
            "E_GATE_ATTESTATION", "a key alone opens nothing", hint="give --attestation FILE, too"
        )
    try:
        found = _asked(office(), arguments, digest)
    except UsageError as error:
        if error.code in _UNREACHABLE:
            error.exit_code = ExitCode.UNREACHABLE
            error.hint = f"the way is shut while nobody answers; {error.hint or 'try again'}"
        raise
    _show(found, arguments.format)
    return int(_code(found))


def _asked(service: Office, arguments: Namespace, digest: str) -> dict[str, Any]:
    """The service's answer; one that was refused on record stays refused, whatever a second look says."""
    asked = {
        "artefact": digest,
        "environment": arguments.environment,
        "product": arguments.product or "",
        "flag_percent": arguments.flag_percent,
    }
    said = {name: value for name, value in asked.items() if value}
    if arguments.no_record:
        return _whole(service.get("/clearance", **said), digest)
    try:
        return _whole(service.post("/clearance", said), digest)
    except UsageError as error:
        if error.code not in _ANSWERS:
            raise
        found = _whole(service.get("/clearance", **said), digest)
        refused = _WAITING if error.code == "E_CLEARANCE_WAITS" else "CLOSED"
        return {**found, "open": False, "state": refused} if found["open"] else found


def _whole(found: Any, digest: str) -> dict[str, Any]:
    """The answer, if it is one and is about what was asked; anything else opens nothing."""
    whole = (
        isinstance(found, dict)
        and isinstance(found.get("open"), bool)
        and isinstance(found.get("reasons"), list)
        and f"sha256:{found.get('artefact')}" == digest
    )
    if not whole:
        raise UsageError("E_REMOTE", "the service answered something else than was asked")
    answer: dict[str, Any] = found
    return answer


def _code(found: Mapping[str, Any]) -> ExitCode:
    if found["open"] is True and not found["reasons"]:
        return ExitCode.GO
    return ExitCode.WAITING if found.get("state") == _WAITING else ExitCode.NO_GO


def _show(found: Mapping[str, Any], form: str) -> None:
    if form == "json":
        say_json(found)
        return
    release = found.get("release") or {}
    named = f"{release.get('product', '')} {release.get('version', '')}".strip()
    title = named or f"sha256:{str(found['artefact'])[:16]}"
    lines = [f"{plain(title)} to {plain(found['environment'])}: {plain(found['state'])}"]
    if found["open"]:
        lines += _basis(found)
    for one in found["reasons"]:
        lines += [f"  why    {plain(one['text'])} ({plain(one['code'])})", f"  fix    {plain(one['fix'])}"]
    for one in found.get("conditions") or ():
        lines.append(f"  condition {plain(one['text'])}: {plain(one['state'])} ({plain(one['reason'])})")
    lines += [f"  know   {plain(one)}" for one in found.get("remarks") or ()]
    say(("\n".join(lines) + "\n").encode())


def _basis(found: Mapping[str, Any]) -> list[str]:
    decision = found.get("decision")
    if not decision or found.get("basis") != "decision":
        return []
    return [f"  decision {plain(decision['key'])}, valid until {plain(decision['valid_until'])}"]


def _verified(arguments: Namespace, digest: str) -> int:
    """The attestation, at this moment, for this digest and this environment; the one clock reading."""
    from flightrules.cli.trust import named_keys
    from flightrules.ledger.clearance_attestation import lets_through, verify_clearance

    if not arguments.key:
        raise UsageError(
            "E_GATE_ATTESTATION", "an attestation needs the key that signs it", hint="give --key PEM"
        )
    verification = verify_clearance(
        _bytes(arguments.attestation),
        public_keys=named_keys(arguments.key),
        artefact=digest,
        environment=arguments.environment,
        at=datetime.now(UTC),
        name=arguments.attestation,
    )
    record = verification.record
    reasons = []
    if record is None:
        step = verification.failed
        said = f"{step.title}: {step.detail}" if step else "the attestation does not hold"
        reasons.append({"code": step.code if step else "", "text": said, "fix": "fetch the attestation anew"})
        record = {"state": "CLOSED"}
    elif not lets_through(record):
        why = ", ".join(map(str, record.get("reasons", ()))) or record["state"]
        reasons.append({"code": "attested", "text": f"it was shut: {why}", "fix": "ask the service why"})
    elif arguments.product and record["product"] != arguments.product:
        text = f"it speaks of the product {record['product']}"
        reasons.append({"code": "other_product", "text": text, "fix": "fetch that of your product"})
        record = {**record, "state": "CLOSED"}
    found = {
        "open": not reasons,
        "state": record["state"],
        "artefact": digest.removeprefix("sha256:"),
        "environment": arguments.environment,
        "reasons": reasons,
        "release": {"product": record.get("product", ""), "version": record.get("version", "")},
        "expires_at": record.get("expires_at"),
    }
    _show(found, arguments.format)
    return int(_code(found))


def _digest(named: str) -> str:
    """``sha256:<hex>`` of the artefact, measured where it is a file."""
    if _DIGEST.fullmatch(named):
        return named
    if named.startswith("sha256:"):
        raise UsageError("E_DIGEST_FORM", "this is no SHA-256", hint="write sha256: and 64 lower-case digits")
    from flightrules.evidence.source import Source

    try:
        with Source.open(named, limit=_LARGEST) as source:
            return f"sha256:{source.digest()}"
    except EvidenceError as error:
        raise UsageError(error.code, error.message, file=named, hint=error.hint) from None


def _bytes(path: str) -> bytes:
    from flightrules.cli.discover import read_file

    data: bytes = read_file(path, what="attestation")
    return data
