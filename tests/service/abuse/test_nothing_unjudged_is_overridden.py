"""An override names all that fails, so what nobody has judged, or not as it is now, is not overridden."""

from __future__ import annotations

from flightrules.service.decisions.models import Decision
from people_stories import prove_now
from service.abuse.abusing import refused
from service.decisions.deciding import case_of
from service.shop import RULEBOOK, tracker

STRICTER = RULEBOOK.replace(">= 80%", ">= 95%")
LOAD = "  perf:\n    sentence: P95 latency <= 500 ms measured by the load test\n"
GATE = "  load: {title: Load, kind: stage, criteria: [perf], blocks: deployment to prod}\n"
WITH_LOAD = (
    STRICTER.replace("  p2-open:\n", f"{LOAD}  p2-open:\n", 1)
    .replace("gates:\n", f"gates:\n{GATE}", 1)
    .replace("evidence:\n", "evidence:\n  load test: {paths: [load.json]}\n", 1)
    + "tracks:\n  standard: {title: Standard, gates: [load, exit]}\n"
)


def stopped(shop, person):
    """A no-go for want of coverage, and somebody who would have it overridden."""
    case = case_of(shop, STRICTER)
    assert case.open().status_code == 201
    assert case.decide("NO-GO", reason="coverage is too low for a payment path").status_code == 201
    case.cto = person("cto", product="shop")
    return case


def asked(case):
    prove_now(case.cto)
    body = {"accepts": ["coverage"], "reason": "the window of the market closes tomorrow"}
    return case.cto.post(f"/releases/{case.key}/overrides", body)


def test_a_gate_that_another_edition_asks_for_is_not_passed_over(shop, person):
    """The no-go was said before it was asked for, and nobody has judged it: its criterion would go unnamed."""
    case = stopped(shop, person)
    number = shop.propose(WITH_LOAD).json()["number"]
    for who, role in shop.parties():
        assert shop.sign(who, role, number).status_code == 201
    case.edit(track="standard")
    shop.run(case.key)
    refused(case, lambda: asked(case), 409, "E_RUN_STALE")


def test_what_came_after_the_gate_was_judged_is_not_passed_over(shop, person):
    """And what comes after the asking voids what was asked, until it is judged and named as well."""
    case = stopped(shop, person)
    override = asked(case).json()["key"]
    shop.bring(case.key, "issue tracker", tracker(("PROJ-441", "P1")))
    body = {"role": "qa-lead", "choice": "agree", "dossier": case.dossier(shop.qa)}
    prove_now(shop.qa)
    refused(case, lambda: shop.qa.post(f"/overrides/{override}/signatures", body), 409, "E_DOSSIER_STALE")
    prove_now(case.cto)
    given_up = case.cto.post(f"/overrides/{override}/end", {"reason": "A P1 came in meanwhile."})
    assert given_up.status_code in (200, 201), given_up.content
    refused(case, lambda: asked(case), 409, "E_RUN_STALE")
    assert set(Decision.objects.values_list("outcome", flat=True)) == {"NO-GO"}
