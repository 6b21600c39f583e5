"""What the stories of clearance share: a release of the shop that is green, and a decision that stands on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from flightrules.service.decisions.dossiers import dossier_of, keep
from flightrules.service.decisions.models import Decision
from flightrules.service.releases.models import Release
from service import put_back
from service.shop import DIGEST, now


@pytest.fixture
def green(shop) -> Release:
    """A release for production with everything green and its window open."""
    shop.adopt()
    return ready(shop)


def ready(shop: Any, version: str = "4.3.0", digest: str = DIGEST, **facts: Any) -> Release:
    what = ("ready", version, digest, repr(sorted(facts.items())))
    return Release.objects.get(pk=put_back.once(what, lambda: _readied(shop, version, digest, facts)))


def _readied(shop: Any, version: str, digest: str, facts: dict[str, Any]) -> str:
    made = shop.release(
        version,
        **{
            "justification": "customers wait",
            "scope_in": ["checkout"],
            "target": "prod",
            "opens_at": (now() - timedelta(hours=1)).isoformat(),
            "closes_at": (now() + timedelta(hours=3)).isoformat(),
            "zone": "Europe/Berlin",
            **facts,
        },
    )
    added = shop.manager.post(f"/releases/{made['key']}/artefacts", {"name": "shop.whl", "sha256": digest})
    assert added.status_code == 201, added.content
    shop.all_green(made["key"])
    for gate in ("entry", "exit"):
        shop.run(made["key"], gate)
    return str(made["key"])


def decided(release: Release, outcome: str = "GO", **changes: Any) -> Decision:
    """A decision as the decisions room leaves it; that room's own stories hold how one comes to be."""
    release.refresh_from_db()
    dossier = dossier_of(release, now())
    keep(dossier)
    facts = {
        "moment": "final",
        "dossier": dossier.digest,
        "environment": release.target,
        "artefacts": {"shop.whl": DIGEST},
        "record": "d" * 64,
        "by": "somebody",
        "role": "product-owner",
        "at": now(),
        "valid_until": now() + timedelta(days=7),
        **changes,
    }
    if outcome in ("GO", "CONDITIONAL GO", "GO BY OVERRIDE") and facts["moment"] == "final":
        Release.objects.filter(pk=release.pk).update(state=Release.State.DECIDED)
    return Decision.objects.create(release=release, outcome=outcome, **facts)


def ask(who: Any, artefact: str = DIGEST, environment: str = "prod", **more: str) -> dict[str, Any]:
    query = "&".join(
        f"{k}={v}" for k, v in {"artefact": artefact, "environment": environment, **more}.items()
    )
    answer = who.get(f"/clearance?{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def codes(answer: dict[str, Any]) -> list[str]:
    return [one["code"] for one in answer["reasons"]]
