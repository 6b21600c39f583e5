"""What the signing commands share: which release, what is signed shown first, and the open poll."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from flightrules.cli.remote import Office, find_release, plain
from flightrules.cli.remote_acts import moment_said
from flightrules.cli.terminal import say
from flightrules.errors import UsageError

__all__ = ["add_release_options", "handed_out", "open_poll", "outcome_said", "release_of", "role_of"]

_NAMED = 12


def add_release_options(parser: ArgumentParser) -> None:
    """``--product`` and ``--release``."""
    parser.add_argument("--product", metavar="KEY", help="the product's key; else from FLIGHTRULES_PRODUCT")
    parser.add_argument("--release", metavar="VERSION", required=True, help="the version")


def release_of(service: Office, arguments: Namespace) -> dict[str, Any]:
    """The release that the options name.

    Raises:
        UsageError: E_REMOTE_RELEASE.
    """
    product = arguments.product or os.environ.get("FLIGHTRULES_PRODUCT", "")
    if not product:
        raise UsageError("E_REMOTE_RELEASE", "nothing says which product", hint="give --product KEY")
    return find_release(service, product, arguments.release)


def handed_out(service: Office, release: Mapping[str, Any]) -> dict[str, Any]:
    """Be handed the dossier, on record, and have it printed: nobody signs what was not shown."""
    dossier: dict[str, Any] = service.post(f"/releases/{release['key']}/dossier", {})
    say(_shown(dossier).encode())
    return dossier


def open_poll(service: Office, release: Mapping[str, Any]) -> dict[str, Any]:
    """The release's open poll.

    Raises:
        UsageError: E_REMOTE_POLL.
    """
    polls = service.get(f"/releases/{release['key']}/polls", limit="500")["items"]
    found = [one for one in polls if one["closed_at"] is None]
    if not found:
        raise UsageError(
            "E_REMOTE_POLL",
            f"no poll of {plain(release['version'])} is open",
            hint="the release manager opens one when the gates have been judged",
        )
    return dict(found[0])


def outcome_said(service: Office, release: Mapping[str, Any]) -> str:
    """What was decided last about a release and was not voided, ``GO BY OVERRIDE`` say; else nothing."""
    rows = service.get(f"/releases/{release['key']}/decisions", limit="500")["items"]
    held = [one for one in rows if one["voided_at"] is None]
    if not held:
        return ""
    last = max(held, key=lambda one: (one["at"], one["key"]))
    return f"{plain(last['outcome'])} ({plain(last['moment'])} decision, {moment_said(last['at'])})"


def role_of(text: str) -> str:
    """``QA lead`` as the service spells it: ``qa-lead``."""
    return "-".join(text.casefold().replace("_", " ").replace("-", " ").split())


def _shown(dossier: Mapping[str, Any]) -> str:
    content = dossier["content"]
    release, target = content["release"], content["target"]
    lines = [
        f"{plain(release['product_name'])} {plain(release['version'])} to {plain(target['environment'])}",
        f"  rulebook: edition {content['rulebook']['edition']}",
    ]
    lines += [f"  artefact: {plain(one['name'])} sha256:{one['sha256']}" for one in content["artefacts"]]
    for gate in content["gates"]:
        lines.append(f"  gate {plain(gate['gate'])}: {plain(gate['outcome'] or 'not judged')}")
        lines += [f"    blocks: {plain(one)}" for one in gate["blockers"][:_NAMED]]
        lines += [f"    know: {plain(one)}" for one in gate["cautions"][:_NAMED]]
    lines += [f"  waived: {plain(one['criterion'])}" for one in content["waivers"]]
    lines += [
        f"  defect {plain(one['number'])} ({plain(one['severity'])}): {plain(one['decision'])}"
        for one in content["defects"][:_NAMED]
    ]
    lines.append(f"  dossier: sha256:{dossier['digest']}")
    return "\n".join(lines) + "\n"
