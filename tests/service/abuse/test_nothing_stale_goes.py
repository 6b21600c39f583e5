"""What was signed on something else, or rests on something else, lets nothing go: STL, EVI and CLK, and their kin."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.service.decisions import jobs
from flightrules.service.decisions.models import SignOff
from flightrules.service.readiness.models import EvidenceItem, Waiver
from people_stories import now, prove_now
from service.abuse.abusing import VOIDED, changed, is_open, refused, rows
from service.decisions.deciding import case_of, code
from service.decisions.test_what_was_signed_is_what_goes import new_evidence
from service.shop import RULEBOOK, ago, coverage, junit, tracker

RETARGETED = {
    "environment": {"target": "uat"},
    "window closes": {"closes_at": (now() + timedelta(hours=30)).isoformat()},
    "zone": {"zone": "America/New_York"},
    "class": {"release_class": "major"},
}


def test_stl_03_whatever_it_is_aimed_at_anew_voids_the_votes(case):
    """One part of the target after the other; each time nobody's word of before lets it go."""
    for what, facts in RETARGETED.items():
        if not case.poll:
            case.open()
        case.verdict()
        assert case.vote().status_code == 201, what
        signed = case.now()["dossier"]
        case.edit(**facts)
        prove_now(case.shop.owner)
        body = {"outcome": "GO", "dossier": signed}
        path = f"/polls/{case.poll}/decision"
        before = rows()
        answer = case.shop.owner.post(path, body)
        assert (answer.status_code, code(answer) in {"E_DOSSIER_STALE", "E_RUN_STALE"}) == (409, True), what
        assert changed(before, rows()) <= VOIDED, what
        assert not is_open(case.shop.ci)
        jobs.refresh(case.poll, now())
        assert case.sign_offs(counts="true") == [], what
        case.judge()


def test_a_flag_that_was_opened_further_than_was_decided_shuts_the_gate(case):
    """The flag's percentage is a condition of the decision: what is read of it later is held against it."""
    case.open()
    case.verdict()
    condition = "flag new-checkout <= 20 %"
    assert (
        case.vote(
            "go-with-conditions", conditions=[condition], reason="The shop's own staff first."
        ).status_code
        == 201
    )
    assert code(case.decide()) == "E_CONDITIONS_STATED"
    assert case.decide("CONDITIONAL GO").status_code == 201
    case.shop.manager.get(f"/releases/{case.key}")
    for percent in (21, 100):
        asked = f"/clearance?artefact={'a' * 64}&environment=prod&flag_percent={percent}"
        assert case.shop.ci.get(asked).json()["open"] is False
    assert not is_open(case.shop.ci)


def test_the_digest_of_another_release_or_of_anything_else_is_signed_by_nobody(shop):
    first = case_of(shop)
    other = case_of(shop, adopted=False, version="4.4.0")
    first.open()
    foreign = other.dossier(shop.owner)
    evidence = EvidenceItem.objects.filter(release=first.key).first().digest
    for digest in (foreign, foreign.upper(), evidence):
        for path, body in (
            (f"/polls/{first.poll}/votes", {"choice": "go", "role": "product-owner"}),
            (f"/polls/{first.poll}/decision", {"outcome": "NO-GO", "reason": "A supplier is down."}),
        ):
            prove_now(shop.owner)
            said = {**body, "dossier": digest}
            if digest.isupper():
                refused(
                    first,
                    lambda path=path, said=said: shop.owner.post(path, said),
                    422,
                    "E_INVALID_BODY",
                    denials=0,
                )
                continue
            answer = refused(
                first, lambda path=path, said=said: shop.owner.post(path, said), 409, "E_DOSSIER_STALE"
            )
            assert answer.json()["differences"] == [], (
                "of what was never shown of this release nothing is told"
            )


def test_a_change_of_a_vote_takes_no_digest_of_before(case):
    """Changing one's vote is voting: the way round by the change is shut as well."""
    case.open()
    first = case.vote("no-go", reason="A supplier is down until Monday.").json()
    signed = case.now()["dossier"]
    new_evidence(case)
    case.judge()
    prove_now(case.shop.owner)
    body = {"choice": "go", "dossier": signed}
    path = f"/sign-offs/{first['key']}/change"
    refused(case, lambda: case.shop.owner.post(path, body), 409, "E_DOSSIER_STALE")
    assert SignOff.objects.get(pk=first["key"]).voided_at is None


def test_stl_07_a_word_of_eight_days_ago_decides_nothing(case):
    """Nothing has changed but the day: the vote, or the verdict alone, is too old."""
    for act in ("vote", "verdict"):
        if not case.poll:
            case.open()
        case.verdict()
        case.vote()
        old = now() - timedelta(days=8)
        SignOff.objects.filter(act=act, voided_at__isnull=True).update(at=old)
        digest = case.now()["current_dossier"]
        prove_now(case.shop.owner)
        path, body = f"/polls/{case.poll}/decision", {"outcome": "GO", "dossier": digest}
        refused(
            case,
            lambda path=path, body=body: case.shop.owner.post(path, body),
            409,
            "E_APPROVAL_EXPIRED",
            may=VOIDED,
        )


def test_a_replayed_key_with_another_body_votes_nothing(case):
    case.open()
    owner = case.shop.owner
    digest = case.dossier(owner)
    path, body = f"/polls/{case.poll}/votes", {"dossier": digest, "role": "product-owner"}
    no = {**body, "choice": "no-go", "reason": "A supplier is down until Monday."}
    prove_now(owner)
    assert owner.post(path, no, Idempotency_Key="k-1").status_code == 201
    prove_now(owner)
    replayed = {**body, "choice": "go"}
    refused(
        case,
        lambda: owner.post(path, replayed, Idempotency_Key="k-1"),
        409,
        "E_IDEMPOTENCY_REUSED",
        denials=0,
    )
    before = rows()
    assert owner.post(path, no, Idempotency_Key="k-1")["Idempotent-Replay"] == "true"
    assert changed(before, rows()) == set()
    assert [one["choice"] for one in case.sign_offs(act="vote")] == ["no-go"]


def test_stl_09_a_waiver_is_for_its_release_criterion_and_time(shop):
    """In the first release it is waived; the next one, another criterion, and the time after do not profit."""
    book = RULEBOOK.replace(">= 80%", ">= 95%")
    case = case_of(shop, book)
    terms = {
        "criterion": "coverage",
        "role": "qa-lead",
        "reason": "legacy import is left out",
        "compensating_control": "manual check of the import",
        "expires_at": (now() + timedelta(hours=3)).isoformat(),
    }
    prove_now(shop.qa)
    made = shop.qa.post(f"/releases/{case.key}/waivers", terms)
    assert made.status_code == 201
    following = case_of(shop, adopted=False, version="4.3.1", build="4.3.1+1")
    assert shop.run(following.key)["statuses"]["coverage"] == "FAIL"
    following.open()
    refused(following, lambda: verdict(following), 409, "E_GATE_SHUT")
    approve = f"/waivers/{made.json()['key']}/approvals"
    Waiver.objects.update(expires_at=now() - timedelta(seconds=1))
    prove_now(shop.qa)
    refused(case, lambda: shop.qa.post(approve, {"role": "qa-lead"}), 409, "E_WAIVER_ENDED")
    assert shop.run(case.key)["statuses"]["coverage"] == "FAIL"
    for criterion in ("Coverage", "coverage ", "c\u043everage"):
        prove_now(shop.qa)
        body = {**terms, "criterion": criterion}
        path = f"/releases/{case.key}/waivers"
        before = rows()
        answer = shop.qa.post(path, body)
        assert answer.status_code == 422, (criterion, answer.content)
        assert changed(before, rows()) == set()


def verdict(case, choice="go", digest=None):
    who = case.shop.qa
    digest = digest or case.dossier(who)
    prove_now(who)
    return who.post(f"/releases/{case.key}/quality-verdict", {"choice": choice, "dossier": digest})


@pytest.mark.parametrize("data", ["none", "skipped", "lying", "old", "future", "epoch"])
def test_evidence_that_is_none_opens_no_gate(shop, data):
    """EVI-05, EVI-06, STL-08, CLK-01 to the very end: no verdict, no vote to go, no open gate."""
    case = case_of(shop)
    skipped = '<testcase classname="t" name="s{}"><skipped/></testcase>'
    bytes_of = {
        "none": junit(0),
        "skipped": b'<testsuites><testsuite name="n" tests="9" skipped="9">'
        + "".join(skipped.format(n) for n in range(9)).encode()
        + b"</testsuite></testsuites>",
        "lying": junit(60, 41).replace(b'failures="41"', b'failures="0"'),
        "old": junit(101, at=ago(hours=25)),
        "future": junit(101, at=ago(hours=-24)),
        "epoch": junit(101, at=""),
    }[data]
    before = rows()
    said = {"taken_at": "1970-01-01T00:00:00+00:00"} if data == "epoch" else {}
    answer = shop.bring(case.key, "CI pipeline", bytes_of, **said)
    if answer.status_code != 201:
        assert (answer.status_code, changed(before, rows())) == (422, set()), answer.content
        return
    run = shop.run(case.key)
    assert run["statuses"]["pass-rate"] != "PASS"
    assert run["outcome"] not in {"GO", "CONDITIONAL GO"}
    case.open()
    refused(case, lambda: verdict(case), 409, "E_GATE_SHUT")


def test_the_same_bytes_under_another_name_are_no_second_evidence(shop):
    """A green part is not counted twice, nor does a red report hide behind the green one under a new name."""
    case = case_of(shop)
    red = junit(60, 40)
    assert shop.bring(case.key, "CI pipeline", red, name="b.xml").status_code == 201
    assert shop.run(case.key)["statuses"]["pass-rate"] == "FAIL"
    for name in ("z.xml", "B.XML", "a/../b.xml", "b.xml\u200b"):
        answer = shop.bring(case.key, "CI pipeline", red, name=name)
        assert answer.status_code in (200, 201, 422)
    counted = shop.qa.get(f"/releases/{case.key}/evidence?method=CI pipeline").json()["items"]
    assert len({one["sha256"] for one in counted if one["sha256"]}) == len(counted)
    assert shop.run(case.key)["statuses"]["pass-rate"] == "FAIL"
    again = shop.bring(case.key, "smoke run", junit(1, suite="smoke"))
    assert again.status_code == 201


def test_evi_09_what_failed_is_deleted_by_nobody(shop, person):
    case = case_of(shop)
    red = shop.bring(case.key, "CI pipeline", junit(60, 40)).json()
    shop.run(case.key)
    case.open()
    for who in (shop.ci, shop.qa, shop.manager, person("administrator")):
        before = rows()
        assert who.delete(f"/evidence/{red['key']}").status_code in (403, 404, 405)
        assert changed(before, rows()) == set()
    stone = shop.qa.post(
        f"/evidence/{red['key']}/tombstone", {"reason": "It was the wrong branch, they say."}
    )
    assert stone.status_code in (200, 201, 403), stone.content
    assert shop.run(case.key)["statuses"]["pass-rate"] != "PASS"
    refused(case, lambda: verdict(case), 409, "E_GATE_SHUT")


def test_stl_10_a_defect_that_grew_is_accepted_by_nobodys_former_word(case):
    """Accepted as P3 in the tracker, then P1: the gate shuts, and the votes of before decide nothing."""
    shop = case.shop
    case.voted()
    signed = case.now()["dossier"]
    assert shop.bring(case.key, "issue tracker", tracker(("PROJ-441", "P1"))).status_code == 201
    case.judge()
    prove_now(shop.owner)
    body = {"outcome": "GO", "dossier": signed}
    answer = refused(
        case,
        lambda: shop.owner.post(f"/polls/{case.poll}/decision", body),
        409,
        "E_DOSSIER_STALE",
        may=VOIDED,
    )
    assert "the gate exit is NO-GO" in answer.json()["detail"]


def test_coverage_of_nothing_is_not_whole(shop):
    case = case_of(shop)
    shop.bring(case.key, "coverage report", coverage(0, 0))
    run = shop.run(case.key)
    assert run["statuses"]["coverage"] != "PASS"
    case.open()
    refused(case, lambda: verdict(case), 409, "E_GATE_SHUT")
