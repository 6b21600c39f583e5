"""Whoever writes to the database alone, or stops the ledger, gets nothing unnoticed: LED-06, LED-10 and their kin."""

from __future__ import annotations

import os
import uuid
from datetime import timedelta

from django.db import connection

from flightrules.service.decisions.models import Decision, SignOff
from flightrules.service.people import services
from flightrules.service.people.models import Deputy, RoleGrant
from flightrules.service.readiness.models import EvidenceItem, GateRun
from flightrules.service.records import fsck, guards
from flightrules.service.records.models import Checkpoint
from flightrules.service.releases.models import Release
from people_stories import actor_of, now, prove_now, signing
from service.abuse.abusing import Rows, changed, is_open, refused, rows
from service.decisions.deciding import case_of, code

MINE = ("Person ", "Account ", "ApiToken ", "RoleGrant ", "Machine ")
"""What the stories put there by hand, so that there is somebody to act."""


def named() -> list[str]:
    """What ``flightrules fsck`` says of rows."""
    told = [one.message for one in fsck._rows()]
    return [one for one in told if not one.removeprefix("no entry tells of ").startswith(MINE)]


def test_led_10_a_signature_of_one_release_counts_for_no_other(shop):
    """Copied beside its entry, or moved: the dossier does not fit, and where that is forged too fsck names it."""
    first = case_of(shop)
    first.voted()
    other = case_of(shop, adopted=False, version="4.4.0")
    other.open()
    assert named() == []
    vote = SignOff.objects.get(act="vote")
    verdict = SignOff.objects.get(act="verdict")
    for one, poll in ((vote, other.poll), (verdict, None)):
        SignOff.objects.filter(pk=one.pk).update(voided_at=None)
        one.pk = uuid.uuid4()
        one.release_id, one.poll_id = other.key, poll
        one.save(force_insert=True)
    digest = other.dossier(shop.owner)
    prove_now(shop.owner)
    path, body = f"/polls/{other.poll}/decision", {"outcome": "GO", "dossier": digest}
    before = rows()
    answer = shop.owner.post(path, body)
    assert (answer.status_code, code(answer)) == (409, "E_DOSSIER_STALE")
    assert not {one for one in changed(before, rows()) if one.startswith("decisions.Decision")}
    assert not is_open(shop.ci)
    assert len([one for one in named() if "no entry tells of SignOff" in one]) == 2


def test_a_vote_that_is_moved_to_another_poll_is_named(case):
    case.voted()
    closed = case.poll
    ended = case.shop.manager.post(f"/polls/{case.poll}/closure", {"reason": "We ask again on Monday."})
    assert ended.status_code in (200, 201), ended.content
    case.open()
    assert closed != case.poll
    moved = SignOff.objects.filter(act="vote", poll=closed)
    assert moved.update(poll=case.poll) == 1
    assert ["SignOff" in one for one in named()] == [True]


def test_what_was_voided_and_counts_again_is_named_and_what_was_silenced_too(case):
    """The hand that gives a void vote back, and the one that takes a no-go out of the way."""
    case.open()
    first = case.vote("no-go", reason="A supplier is down until Monday.").json()["key"]
    prove_now(case.shop.owner)
    body = {"choice": "go", "dossier": case.now()["dossier"]}
    changed_vote = case.shop.owner.post(f"/sign-offs/{first}/change", body)
    assert changed_vote.status_code == 201, changed_vote.content
    assert named() == []
    second = changed_vote.json()["key"]
    SignOff.objects.filter(pk=second).update(voided_at=now())
    SignOff.objects.filter(pk=first).update(voided_at=None)
    assert named() == [
        f"an entry ended SignOff {first}, which counts again",
        f"no entry ended SignOff {second}",
    ]


def test_a_decision_that_is_revived_is_named(case):
    done = case.gone()["key"]
    reopened = case.shop.manager.post(f"/releases/{case.key}/reopening", {"reason": "A defect was found."})
    assert reopened.status_code in (200, 201), reopened.content
    assert named() == []
    Decision.objects.filter(pk=done).update(voided_at=None)
    Release.objects.filter(pk=case.key).update(state="decided")
    assert named() == [f"an entry ended Decision {done}, which counts again"]


def test_what_was_decided_signed_judged_or_brought_is_not_worded_anew(case):
    """The deadline that moves, the condition that goes, the gate that turns green: every row is as its entry says."""
    case.gone()
    decision, vote = Decision.objects.get(), SignOff.objects.get(act="vote")
    evidence, run = EvidenceItem.objects.get(method="CI pipeline"), GateRun.objects.get(gate="exit")
    assert named() == []
    for row, hand in (
        (decision, {"valid_until": decision.valid_until + timedelta(days=9)}),
        (decision, {"conditions": ["off-peak 00:00-23:59 UTC"]}),
        (decision, {"artefacts": {"image": "c" * 64}}),
        (decision, {"environment": "uat"}),
        (decision, {"by": case.shop.manager.key}),
        (vote, {"meaning": "Vote as product owner: GO."}),
        (vote, {"conditions": ["flag x <= 1 %"]}),
        (evidence, {"artefact": "c" * 64}),
        (evidence, {"brought_by": case.shop.qa.key}),
        (evidence, {"taken_at": now()}),
        (evidence, {"tombstoned_at": now()}),
        (run, {"outcome": "NO-GO"}),
        (run, {"judged_at": None}),
        (Release.objects.get(pk=case.key), {"opened_by": case.shop.qa.key}),
    ):
        was = {name: getattr(row, name) for name in hand}
        rows_of = type(row).objects.filter(pk=row.pk)
        rows_of.update(**hand)
        found = named()
        assert found, hand
        assert all(f" {row.pk}" in one for one in found), hand
        rows_of.update(**was)
    assert named() == []


def test_a_role_or_a_deputy_that_comes_back_by_hand_is_named(shop, person):
    admin, second, someone = (
        person("administrator"),
        person("administrator"),
        person("viewer", product="shop"),
    )
    by = actor_of(admin)
    grant = services.grant_role(
        person=someone.key, role="engineer", product="shop", by=signing(admin, now()), at=now()
    )
    services.revoke_role(person=someone.key, grant=str(grant.pk), by=by, at=now())
    named_deputy = services.name_deputy(
        holder=shop.qa.key,
        deputy=second.key,
        role="qa-lead",
        product="shop",
        by=signing(admin, now()),
        at=now(),
    )
    services.end_deputy(deputy=str(named_deputy.pk), by=by, at=now())
    assert named() == []
    RoleGrant.objects.filter(pk=grant.pk).update(revoked_at=None)
    Deputy.objects.filter(pk=named_deputy.pk).update(ended_at=None)
    assert sorted(named()) == [
        f"an entry ended Deputy {named_deputy.pk}, which counts again",
        f"an entry ended RoleGrant {grant.pk}, which counts again",
    ]


def test_led_06_without_the_record_nobody_decides_votes_or_waives(case, settings):
    """The ledger's key is away: each act is refused with 503 and leaves nothing, not even the denial; looking goes on."""
    case.voted()
    digest = case.now()["dossier"]
    owner, qa = case.shop.owner, case.shop.qa
    key = os.path.join(settings.FLIGHTRULES_HOME, "keys", "ledger.pem")
    os.rename(key, f"{key}.away")
    try:
        for who, path, body in (
            (owner, f"/polls/{case.poll}/decision", {"outcome": "GO", "dossier": digest}),
            (
                owner,
                f"/polls/{case.poll}/decision",
                {"outcome": "NO-GO", "dossier": digest, "reason": "It is down."},
            ),
            (qa, f"/releases/{case.key}/quality-verdict", {"choice": "go", "dossier": digest}),
        ):
            prove_now(who)
            before: Rows = rows()
            answer = who.post(path, body)
            assert (answer.status_code, code(answer)) == (503, "E_SIGNING_KEY"), answer.content
            assert changed(before, rows()) == set()
            assert not is_open(case.shop.ci)
        assert case.now()["heard"] == ["product-owner"]
    finally:
        os.rename(f"{key}.away", key)
    assert case.decide().status_code == 201


def test_evi_08_one_byte_of_evidence_lets_nobody_decide_vote_or_deploy(case, settings):
    case.voted()
    digest = EvidenceItem.objects.get(release=case.key, method="CI pipeline").digest
    signed = case.now()["dossier"]
    [path] = [
        os.path.join(root, name)
        for root, _, names in os.walk(os.path.join(settings.FLIGHTRULES_HOME, "blobs"))
        for name in names
        if name == digest or name.startswith(digest[2:])
    ]
    with open(path, "rb") as file:
        whole = file.read()
    os.chmod(path, 0o600)
    with open(path, "r+b") as file:
        file.write(bytes([whole[0] ^ 1]))
    try:
        prove_now(case.shop.owner)
        body = {"outcome": "GO", "dossier": signed}
        ask = f"/polls/{case.poll}/decision"
        refused(case, lambda: case.shop.owner.post(ask, body), 409, "E_EVIDENCE_TAMPERED")
        found = {(one.room, one.code) for one in fsck._blobs()}
        assert found, "fsck names the evidence as well"
    finally:
        with open(path, "wb") as file:
            file.write(whole)


def test_a_vote_that_is_taken_out_is_named_and_a_head_that_is_taken_out_too(case):
    case.gone()
    gone, head = SignOff.objects.get(act="vote"), Checkpoint.objects.order_by("-pk").first()
    with connection.cursor() as cursor:
        guards.remove(cursor, connection.vendor)
        for row in (gone, head):
            key = row._meta.pk.get_db_prep_value(row.pk, connection)
            table, column = row._meta.db_table, row._meta.pk.column
            cursor.execute(f"DELETE FROM {table} WHERE {column} = %s", [key])  # noqa: S608 -- our own tables
        guards.install(cursor, connection.vendor)
    assert named() == [f"an entry tells of sign-off/{gone.pk}, whose SignOff is gone"]
    assert [one.message for one in fsck._heads()] == [
        f"{head.stream.name}, the head of {head.size} entries is gone"
    ]
