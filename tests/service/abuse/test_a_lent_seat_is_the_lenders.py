"""Whoever has a part in a release has it through those they lend a role to as well: kin of SOD-01 and AUT-09.

And no act pays what somebody else owes.
"""

from __future__ import annotations

from datetime import timedelta

from flightrules.service.decisions.models import Override
from flightrules.service.obligations.models import Obligation
from flightrules.service.releases.models import Authorship, Release
from people_stories import now, prove_now
from service.abuse.abusing import refused
from service.decisions.deciding import Case, case_of
from service.decisions.test_a_no_go_is_overridden import asked, cto, dissent, no_go  # noqa: F401 -- fixtures
from service.decisions.test_who_may_sign import grant, lend
from service.shop import RULEBOOK

WAIVED = {
    "criterion": "coverage",
    "role": "qa-lead",
    "reason": "the legacy import is left out",
    "compensating_control": "the import is checked by hand",
}
ACCEPTED = {
    "affected_users": "1 % of orders",
    "business_impact": "£100 a day",
    "mitigation": "a banner",
    "monitoring": "the alert on totals",
    "resolution_target": (now() + timedelta(days=20)).date().isoformat(),
    "expires_at": (now() + timedelta(days=9)).isoformat(),
}


def denied(case, who, path, body):
    prove_now(who)
    refused(case, lambda: who.post(path, body), 403, "E_SELF_APPROVAL")


def test_sod_01_nobody_waives_or_accepts_in_what_they_opened_or_wrote(shop, person):
    case = case_of(shop, RULEBOOK.replace(">= 80%", ">= 95%"))
    friend = person("viewer", product="shop")
    facts = {"number": "SHOP-7", "title": "wrong total", "severity": "P2"}
    defect = shop.qa.post("/products/shop/defects", facts).json()["key"]
    waive = (
        f"/releases/{case.key}/waivers",
        {**WAIVED, "expires_at": (now() + timedelta(hours=3)).isoformat()},
    )
    accept = f"/defects/{defect}/acceptances", {"release": case.key, "role": "qa-lead", "terms": ACCEPTED}
    lend(shop.qa, friend, role="qa-lead")
    Release.objects.filter(pk=case.key).update(opened_by=shop.qa.key)
    for who in (shop.qa, friend):
        denied(case, who, *waive)
        denied(case, who, *accept)
    Release.objects.filter(pk=case.key).update(opened_by=shop.manager.key)
    Authorship.objects.create(
        release_id=case.key,
        head="a" * 40,
        commits=1,
        authors=[shop.qa.key],
        unknown=0,
        stated_at=now(),
        stated_by=shop.ci.key,
    )
    denied(case, friend, *waive)
    other = person("qa-lead", product="shop")
    prove_now(other)
    assert other.post(*waive).status_code == 201


def test_aut_09_an_emergency_is_called_agreed_to_and_lifted_by_nobody_its_author_sends(emergency, person):
    shop, friend = emergency.shop, person("viewer", product="shop")
    key = emergency.hotfix()
    case = Case(shop, key)
    lend(emergency.cto, friend, role="cto")
    for authors in ([emergency.cto.key], [emergency.author.key]):
        opened_by = shop.manager.key if emergency.cto.key in authors else emergency.cto.key
        Release.objects.filter(pk=key).update(opened_by=opened_by)
        denied(case, friend, f"/releases/{key}/emergency", emergency.stated(authors=authors))
    Release.objects.filter(pk=key).update(opened_by=shop.manager.key)
    assert emergency.classify(key, friend).status_code == 201, "otherwise they speak for the CTO"
    points = f"/releases/{key}/emergency/points"
    Release.objects.filter(pk=key).update(opened_by=shop.qa.key)
    lend(shop.qa, friend, role="qa-lead")
    denied(case, friend, f"{points}/qa-agreed", {"text": "GO for the payment path only"})
    lend(emergency.author, friend, role="engineer")
    prove_now(friend)
    assert emergency.point(key, "reviewed", friend).status_code == 403


def test_emg_02_a_throttle_is_lifted_in_no_role_that_was_lent_by_who_asked(emergency, person):
    emergency.past(19, 2)
    key, friend = emergency.hotfix(), person("viewer", product="shop")
    stopped = emergency.classify(key).json()["throttling"]
    grant(emergency.cto, "product-manager")
    lend(emergency.cto, friend, role="product-manager")
    reason = {"reason": "Two of the three are one incident; the cause is being mended."}
    denied(Case(emergency.shop, key), friend, f"/emergency-throttlings/{stopped}/lift", reason)


def test_emg_06_an_answer_pays_the_answer_and_no_other_debt(no_go):  # noqa: F811 -- the fixture
    """After an override others owe something too, and have their own time for it."""
    override = asked(no_go)
    answer = Obligation.objects.get(event="override")
    Obligation.objects.create(
        **{
            **{
                one.name: getattr(answer, one.name)
                for one in Obligation._meta.fields
                if one.name not in ("key", "id")
            },
            "rule": "told",
            "owner": "operations",
        }
    )
    assert dissent(no_go, override).status_code == 201
    left = Obligation.objects.filter(event="override", paid_at__isnull=True)
    assert [one.rule for one in left] == ["told"]


OTHERS_DEBT = """\
obligations:
  told: {what: Support is told what was overridden., within: 5d, after: override, owner: operations}
"""


def test_sod_05_the_time_to_answer_is_that_of_the_answer(shop, cto):  # noqa: F811 -- the fixture
    case = case_of(shop, RULEBOOK.replace(">= 80%", ">= 95%") + OTHERS_DEBT)
    case.open()
    assert case.decide("NO-GO", reason="coverage is too low for a payment path").status_code == 201
    no_go_ = case
    no_go_.cto = cto
    prove_now(cto)
    made = cto.post(
        f"/releases/{case.key}/overrides",
        {"accepts": ["coverage"], "reason": "the window of the market closes tomorrow"},
    )
    assert made.status_code == 201, made.content
    row = Override.objects.get(pk=made.json()["key"])
    assert row.answer_due_at - row.asked_at == timedelta(hours=2)
