"""Each word of an emergency is on record as it was; and only what concerns this release bears on it."""

from __future__ import annotations

from datetime import timedelta

from flightrules.service.catalogue.models import Product
from flightrules.service.door.refusals import InvalidError
from flightrules.service.emergencies import history, queries
from flightrules.service.emergencies.confirming import Said, confirm_point
from flightrules.service.emergencies.models import Classification, Throttling
from flightrules.service.obligations.models import Obligation
from flightrules.service.releases.models import Release
from people_stories import denied_codes, now, signing
from service.decisions.deciding import entries
from service.decisions.test_what_an_override_puts_on_record import meant
from service.decisions.test_who_may_sign import lend
from service.emergencies.conftest import BOOK, REASON, proved
from service.emergencies.test_classifying import codes, lift, owed, stopped
from service.emergencies.test_the_list import HEARD, LINK, written
from service.emergencies.test_what_is_rare_in_an_emergency import agree_on

PAYS = "src/pay/"
HOUR, TICK = timedelta(hours=1), timedelta(microseconds=1)


def copied(row, **changes):
    """Another row that is like this one but for the changes."""
    names = {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields}
    names.pop("key")
    return type(row).objects.create(**{**names, **changes})


def test_what_was_classified_and_taken_back(emergency):
    mended = emergency.shop.release("4.2.0")["key"]
    key = emergency.classified(hotfix_of="4.2.0", paths=[PAYS, PAYS])
    one = Classification.objects.get()
    [told] = entries("emergency:emergency:classified")
    assert told == {
        "release": key,
        "track": "emergency",
        "former_track": "",
        "reference": "CVE-2026-12345",
        "hotfix_of": mended,
        "paths": [PAYS],
        "authors": [emergency.author.key],
        "classified_by": emergency.cto.key,
        "role": "cto",
        "share": one.share,
        "lifted": None,
        "reason": {"commitment": one.reason},
    }
    proved(emergency.cto).post(f"/releases/{key}/emergency/end", {"reason": "It only touches a test system."})
    one.refresh_from_db()
    assert one.ended_by == emergency.cto.key
    assert one.ended_at is not None
    [ended] = entries("emergency:emergency:ended")
    assert ended == {"release": key, "track": "", "reason": {"commitment": one.ended_because}}


def test_what_was_throttled_and_lifted(emergency):
    key, throttling = stopped(emergency)
    assert lift(emergency.second, throttling).status_code == 201
    row = Throttling.objects.get()
    asked = {"release": key, "asked_by": emergency.cto.key, "share": "3 of 20 releases = 15 %, limit 10 %"}
    assert entries("emergency:emergency:throttled") == [{**asked, "role": "cto"}]
    assert entries("emergency:throttle:lifted") == [
        {
            **asked,
            "role": "product-manager",
            "until": row.lift_until.isoformat(),
            "reason": {"commitment": row.lift_reason},
        }
    ]
    assert emergency.classify(key).status_code == 201
    assert entries("emergency:emergency:classified")[0]["lifted"] == throttling


def test_what_another_product_does_bears_on_nothing_here(emergency):
    """A bank beside the shop had an emergency, was throttled and owes: the shop's figures are its own."""
    bank = Product.objects.create(key="bank", name="Bank", opened_at=now())
    key, _ = stopped(emergency)
    row = Classification.objects.first()
    for version in ("1.0.0", "1.0.1"):
        other = copied(Release.objects.get(pk=key), product_id=bank.pk, version=version)
        copied(row, release_id=other.pk)
        Throttling.objects.create(release=other, asked_by=emergency.cto.key, role="cto", share="", at=now())
    owed(other.key, hours=90)
    found = emergency.cto.get("/products/shop/emergencies").json()
    assert (found["emergencies"], found["releases"], found["throttled"]) == (3, 20, 1)
    assert found["debts"] == []
    assert len(queries.hotfixes("shop")) == 2
    assert history.under_way("shop", ()) == {str(one) for one, _at, _to in emergency.decided[:2]}
    mine = Throttling.objects.get(release=key)
    assert lift(emergency.second, str(mine.key)).status_code == 201
    assert emergency.classify(key).status_code == 201


def test_its_own_late_debts_do_not_stop_what_is_classified_again(emergency):
    key = emergency.classified()
    owed(key, hours=49)
    proved(emergency.cto).post(f"/releases/{key}/emergency/end", {"reason": "It only touches a test system."})
    assert emergency.classify(key).status_code == 201


def test_where_the_track_names_nobody_the_act_says_who_classifies(emergency):
    acts = "  acts: {emergency: {signers: [product_owner]}}\ntracks:\n"
    book = BOOK.replace("    classifier: [cto_vp_eng]\n", "").replace("tracks:\n", acts)
    agree_on(emergency.shop, book.replace("    approver: [cto_vp_eng]\n    quorum: 1\n", ""))
    key = emergency.hotfix()
    assert codes(emergency.classify(key)) == (403, "E_POWER")
    made = emergency.classify(key, emergency.shop.owner)
    assert made.status_code == 201, made.content
    assert made.json()["approvers"]["roles"] == ["product-owner"]


def test_a_role_that_was_lent_by_who_has_a_part_counts_as_theirs(emergency, person):
    """Who wrote the change, and who asked for what was throttled, lend their role to a friend."""
    friend = person("engineer", product="shop", name="Ole Lind")
    writer = person("cto", product="shop", name="Wim Hart")
    lend(writer, friend, role="cto")
    key = emergency.hotfix()
    assert codes(emergency.classify(key, friend, authors=[writer.key])) == (403, "E_SELF_APPROVAL")
    assert denied_codes()[-1] == "E_SELF_APPROVAL"
    emergency.past(19, 2)
    both = person("cto", "qa-lead", product="shop", name="Max Both")
    throttling = emergency.classify(key, both).json()["throttling"]
    helper = person("engineer", product="shop", name="Eli Moor")
    lend(both, helper, role="qa-lead")
    assert codes(lift(helper, throttling)) == (403, "E_SELF_APPROVAL")
    assert lift(emergency.shop.qa, throttling, REASON).status_code == 201


def test_what_was_confirmed_and_what_was_heard(emergency):
    key = emergency.classified()
    row = Classification.objects.get()
    until = now() + timedelta(hours=3)
    rollback = {"seconds": 250, "link": LINK, "text": "Taken back and put on again."}
    heard = {"text": HEARD, "person": emergency.shop.qa.key, "said_at": (now() - HOUR).isoformat()}
    for point, who, said in (
        ("rollback-tested", emergency.engineer, rollback),
        ("on-call", emergency.engineer, {"until": until.isoformat()}),
        ("qa-agreed", emergency.shop.manager, heard),
    ):
        assert emergency.point(key, point, who, **said).status_code == 201
    first, second = entries("emergency:checklist:confirmed")
    [word] = entries("emergency:sign-off:spoken")
    given = {one.point: one for one in row.confirmations.all()}
    nothing = {"seconds": None, "digest": None, "link": None, "text": None, "said_at": None, "until": None}
    engineer = {"release": key, "by": emergency.engineer.key, "said_by": emergency.engineer.key}
    assert meant(first.pop("link")) == LINK
    assert meant(first.pop("text")) == rollback["text"]
    for told, point in ((first, "rollback-tested"), (second, "on-call"), (word, "qa-agreed")):
        assert told.pop("confirmation") == str(given[point].key)
        assert told.pop("basis") == given[point].basis
    kept = {name: nothing[name] for name in ("digest", "said_at", "until")}
    assert first == kept | engineer | {"point": "rollback-tested", "role": "engineer", "seconds": 250}
    assert second == nothing | engineer | {"point": "on-call", "role": "engineer", "until": until.isoformat()}
    assert (word["by"], word["said_by"]) == (emergency.shop.manager.key, emergency.shop.qa.key)
    assert (word["role"], word["said_at"]) == ("release-manager", heard["said_at"])


def test_each_word_is_written_for_itself(emergency):
    """It was called off and called again: who agreed twice owes two sign-offs, and one pays for one."""
    emergency.past(30, 0)
    key = emergency.classified()
    end = {"reason": "It only touches a test system."}
    assert emergency.point(key, "qa-agreed", emergency.shop.qa, text=HEARD).status_code == 201
    assert proved(emergency.cto).post(f"/releases/{key}/emergency/end", end).status_code == 201
    assert emergency.classify(key).status_code == 201
    assert emergency.point(key, "qa-agreed", emergency.shop.qa, text=HEARD).status_code == 201
    unpaid = Obligation.objects.filter(event="verbal-sign-off", paid_at__isnull=True)
    for left in (1, 0):
        assert written(emergency, key).status_code == 201
        assert unpaid.count() == left


def test_a_lent_word_is_that_of_who_lent_it(emergency, person):
    friend = person("engineer", product="shop", name="Ole Lind")
    lend(emergency.shop.qa, friend, role="qa-lead")
    key = emergency.classified(authors=[emergency.author.key, emergency.shop.qa.key])
    assert codes(emergency.point(key, "qa-agreed", friend, text=HEARD)) == (403, "E_SELF_APPROVAL")


def test_words_and_watches_keep_to_the_minute(emergency):
    agree_on(emergency.shop, BOOK + "    on_call_for: 4 h\n    review_within: 12 h\n")
    key, at = emergency.classified(), now()
    opens = at + 2 * HOUR
    Release.objects.filter(pk=key).update(opens_at=opens, closes_at=None)

    def confirmed(point, who, **said):
        try:
            confirm_point(release=key, point=point, said=Said(**said), by=signing(who, at), at=at)
        except InvalidError:
            return False
        return True

    heard = {"text": HEARD, "person": emergency.shop.qa.key}
    for moment, late in ((at - 24 * HOUR, TICK), (at, -TICK)):
        assert not confirmed("qa-agreed", emergency.shop.manager, said_at=moment - late, **heard)
        assert confirmed("qa-agreed", emergency.shop.manager, said_at=moment, **heard)
    assert not confirmed("on-call", emergency.engineer, until=opens + 4 * HOUR - TICK)
    assert confirmed("on-call", emergency.engineer, until=opens + 4 * HOUR)
    assert not confirmed("review-scheduled", emergency.engineer, said_at=opens + 12 * HOUR + TICK)
    assert confirmed("review-scheduled", emergency.engineer, said_at=opens + 12 * HOUR)
    assert not confirmed("review-scheduled", emergency.engineer, said_at=at)


LINES = (
    "CVE is named",
    "P1 or worse",
    "Scope is agreed",
    "Unit tests passed",
    "Regression suite passed",
    "Smoke passed",
    "Review by a peer",
    "Reviewed twice",
    "The QA lead agreed",
    "QA sign-off",
    "Rollback tried",
    "Roll-back tried",
    "Someone is on-call",
    "Somebody is on call",
    "Post-incident meeting",
    "PIR set",
    "Review is scheduled",
    "Review scheduled",
)


def test_a_line_of_the_track_that_is_one_of_the_nine_is_not_asked_twice(emergency):
    lines = ", ".join([*LINES, "Legal was told"])
    agree_on(emergency.shop, BOOK.replace("The QA lead agreed by word, Legal was told", lines))
    places = emergency.places(emergency.classified())
    assert [one["title"] for name, one in places.items() if name.startswith("extra")] == ["Legal was told"]


def test_what_the_exit_gate_measures_is_nobody_s_word_where_the_track_names_no_gate(emergency):
    """By the name of a criterion, of its method or of its suite."""
    named = (
        "  regression-rate:\n    sentence: Overall automated pass rate >= 90% measured by the CI pipeline\n"
    )
    suited = "  quick:\n    sentence: Unit suite pass rate >= 95% measured by the CI pipeline\n"
    book = BOOK.replace("criteria:\n", f"criteria:\n{named}{suited}", 1).replace("    gates: [hotfix]\n", "")
    agree_on(emergency.shop, book.replace("criteria: [smoke, cov", "criteria: [regression-rate, quick, cov"))
    places = emergency.places(emergency.classified())
    assert places["unit-tests"]["why"] == "not met: quick was not judged"
    assert places["regression"]["why"] == "not met: regression-rate was not judged"
