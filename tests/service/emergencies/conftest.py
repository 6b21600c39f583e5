"""What stories of emergencies share: a shop with a CTO, a hotfix whose diff keeps to its lock, and proofs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from flightrules.service.emergencies import history
from flightrules.service.people.models import ApiToken
from service import put_back
from service.shop import DIGEST, RULEBOOK, Shop, now

BOOK = (
    RULEBOOK.replace("gates:\n", "gates:\n  hotfix: {title: Hotfix, kind: exit, criteria: [smoke, coverage, p1-open], blocks: x}\n")
    + """\
tracks:
  standard: {title: Standard}
  emergency:
    title: Emergency
    gates: [hotfix]
    classifier: [cto_vp_eng]
    classified_in_writing: yes
    approver: [cto_vp_eng]
    quorum: 1
    checklist: [The QA lead agreed by word, Legal was told]
    relaxes: [coverage, p1-open, coverage is waived]
    never_relaxes: [p1-open]
    scope_locked: yes
    max_share: 10 %
"""
)  # fmt: skip
REASON = "Orders of EUR 40,000 an hour fail since 11:00; the standard track takes a day."
COMMIT = "a" * 40


def proved(caller: Any) -> Any:
    """The caller, having just proved who they are."""
    ApiToken.objects.filter(account__key=caller.account_key).update(proved_at=now(), proved_by=2)
    return caller


def diff(*paths: str) -> bytes:
    """What ``flightrules push`` sends: one changed line in each file."""
    head = f'flightrules-changes/1 {{"base": "main", "merge_base": "{COMMIT}", "tracked": []}}\n'
    return head.encode() + b"".join(
        f"diff --git a/{path} b/{path}\nindex 1..2 100644\n--- a/{path}\n+++ b/{path}\n"
        "@@ -1 +1 @@\n-one\n+two\n".encode()
        for path in paths
    )


@dataclass
class Emergency:
    """A shop in trouble."""

    shop: Shop
    cto: Any
    second: Any
    engineer: Any
    author: Any
    decided: list[tuple[str, datetime, str]] = field(default_factory=list)

    def hotfix(self, version: str = "4.2.1") -> str:
        return self.shop.release(version)["key"]

    def stated(self, **changes: Any) -> dict[str, Any]:
        return {
            "reason": REASON,
            "reference": "CVE-2026-12345",
            "paths": ["src/pay/"],
            "authors": [self.author.key],
            **changes,
        }

    def classify(self, key: str, who: Any = None, **changes: Any) -> Any:
        return proved(who or self.cto).post(f"/releases/{key}/emergency", self.stated(**changes))

    def classified(self, version: str = "4.2.1", **changes: Any) -> str:
        key = self.hotfix(version)
        answer = self.classify(key, **changes)
        assert answer.status_code == 201, answer.content
        return key

    def point(self, key: str, point: str, who: Any, **said: Any) -> Any:
        return proved(who).post(f"/releases/{key}/emergency/points/{point}", said)

    def bring_diff(self, key: str, *paths: str) -> None:
        answer = self.shop.bring(key, "CI pipeline", diff(*paths), part="changes", name="changes.diff")
        assert answer.status_code == 201, answer.content

    def places(self, key: str) -> dict[str, dict[str, Any]]:
        answer = self.cto.get(f"/releases/{key}/emergency")
        assert answer.status_code == 200, answer.content
        return {one["point"]: one for one in answer.json()["points"]}

    def lacks(self, key: str) -> list[str]:
        return self.cto.get(f"/releases/{key}/emergency").json()["lacks"]

    def past(self, releases: int, emergencies: int) -> None:
        """So many releases that were let go, the latest of them as emergencies."""
        from flightrules.service.emergencies.models import Classification
        from flightrules.service.releases.models import Release

        for number in range(releases):
            key = self.shop.release(f"3.{number}.0")["key"]
            self.decided.append((key, now() - timedelta(days=number + 1), "prod"))
            if number < emergencies:
                row = Release.objects.get(pk=key)
                Classification.objects.create(
                    release=row,
                    edition=row.product.editions.get(state="adopted"),
                    track="emergency",
                    reason="c" * 64,
                    reference="CVE-2026-1",
                    paths=["src/"],
                    authors=[],
                    classified_by=self.cto.key,
                    role="cto",
                    at=now(),
                    share="",
                )


@pytest.fixture
def emergency(shop, person) -> Iterator[Emergency]:
    shop.adopt(BOOK)
    made = put_back.once("emergency", lambda: _in_trouble(shop, person))
    before = list(history._decided)
    history.learn_decided(lambda _product: list(made.decided))
    yield made
    history._decided[:] = before


def _in_trouble(shop: Shop, person: Any) -> Emergency:
    return Emergency(
        shop=shop,
        cto=person("cto", product="shop", name="Noa Berg"),
        second=person("product-manager", product="shop", name="Lena Ross"),
        engineer=person("engineer", product="shop", name="Ivo Stern"),
        author=person("engineer", product="shop", name="Kim Baker"),
    )


__all__ = ["BOOK", "DIGEST", "REASON", "Emergency", "diff", "proved"]
