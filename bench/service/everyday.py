"""A product as an office has it after some weeks, and what people and pipelines ask of it all day long.

Run as a program, with ``FLIGHTRULES_HOME`` and ``FLIGHTRULES_DATABASE_URL`` set, it makes the product and
prints the addresses that are asked for.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import load

__all__ = ["mixed"]

_BENCH = str(Path(__file__).resolve().parents[1])
_PRODUCT = "store"
_ROWS = 20  # of each register; the most that one page of a list shows is more


def mixed(folder: str, url: str, token: str, changes: list[bytes]) -> list[bytes]:
    """One request in ten a change, the others lists and single things in turn."""
    environment = {
        **os.environ,
        "FLIGHTRULES_HOME": os.path.join(folder, "home"),
        "FLIGHTRULES_LOG_LEVEL": "WARNING",
        "PYTHONPATH": os.pathsep.join((_BENCH, os.environ.get("PYTHONPATH", ""))),
        **({"FLIGHTRULES_DATABASE_URL": url} if url else {}),
    }
    done = subprocess.run(
        [sys.executable, __file__], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    reads = [load.request("GET", path, token) for path in json.loads(done.stdout)]
    return [
        changes[number // 10 % len(changes)] if number % 10 == 0 else reads[number * 9 // 10 % len(reads)]
        for number in range(10 * len(changes) * len(reads))
    ]


def _furnished() -> list[str]:
    """Releases, one of them judged on its evidence, with registers and checklists; the addresses to read."""
    from service_scale import PLAIN, junit, now, ready

    from flightrules.service.readiness import checklists, defects, risks, runs
    from flightrules.service.records.actor import SYSTEM
    from flightrules.service.releases.services import open_release

    release, at = ready(_PRODUCT, PLAIN, junit(20, 50)), now()
    run = runs.ask_gate_run(release=release, gate="exit", claim=None, by=SYSTEM, at=at)
    checklists.start_checklist(
        release=release, checklist="go-live", items=[f"Item {n}" for n in range(_ROWS)], by=SYSTEM, at=at
    )
    for number in range(_ROWS):
        open_release(product=_PRODUCT, version=f"1.1.{number}", facts={}, by=SYSTEM, at=at)
        defect = defects.DefectFacts(number=f"STORE-{number}", title="Labels are cut off", severity="P3")
        defects.record_defect(product=_PRODUCT, facts=defect, by=SYSTEM, at=at)
        risk = risks.RiskFacts(
            title=f"Risk {number}",
            impact="low",
            probability="medium",
            owner="Operations",
            review_on=at.date() + timedelta(days=7),
        )
        risks.record_risk(release=release, facts=risk, by=SYSTEM, at=at)
    of_product, of_release = f"/products/{_PRODUCT}", f"/releases/{release}"
    parts = ("", "/readiness", "/evidence", "/gate-runs", "/risks", "/checklist-items", "/polls", "/waivers")
    return [
        "/products",
        f"/releases?product={_PRODUCT}&limit={_ROWS}",
        f"{of_product}/defects?limit={_ROWS}",
        f"{of_product}/rulebooks",
        f"/gate-runs/{run.key}",
        "/products/shop/channels",
        f"/products/shop/notices?limit={_ROWS}",
        *(of_release + part for part in parts),
    ]


if __name__ == "__main__":
    from flightrules.service.config.start import start

    start()
    sys.stdout.write(json.dumps(_furnished()))
