"""An auditor reads the ledger at the REST door, takes what they need with them, and verifies it elsewhere."""

from __future__ import annotations

import io

import pytest

from flightrules.ledger.case_verification import verify_case_file
from flightrules.ledger.history import heads_in
from flightrules.ledger.merkle import leaf_hash, verify_inclusion
from flightrules.service.records.actor import SYSTEM
from flightrules.service.records.queries import public_keys
from flightrules.service.records.tags import Tag
from flightrules.service.releases.services import edit_release, open_release

STREAM = "product/shop"


@pytest.fixture
def release(at, person):
    """A release of the shop with a few entries, and one of the bank that is nobody's business here."""
    manager = person("release-manager")
    for product in ("shop", "bank"):
        assert manager.post("/products", {"key": product, "name": product}).status_code == 201
    made = open_release(product="shop", version="1.0", facts={}, by=SYSTEM, at=at)
    for build in ("b1", "b2", "b3"):
        edit_release(key=str(made.key), changes={"build": build}, by=SYSTEM, at=at)
    return made


@pytest.fixture
def auditor(person, release):
    return person("auditor", product="shop")


def downloaded(answer) -> bytes:
    assert answer.status_code == 200
    data = b"".join(answer.streaming_content)
    answer.close()
    return data


def test_streams_are_those_that_one_may_audit(auditor, person):
    answer = auditor.get("/ledger/streams").json()
    assert answer == {"items": [{"name": STREAM, "size": 5}], "next": None}
    everything = person("auditor").get("/ledger/streams?limit=1").json()
    assert [one["name"] for one in everything["items"]] == ["product/bank"]
    rest = person("auditor").get(f"/ledger/streams?after={everything['next']}").json()
    assert [one["name"] for one in rest["items"]] == [STREAM]
    assert person("viewer", product="shop").get("/ledger/streams").status_code == 403


def test_entries_are_paged_and_found_by_subject_and_tag(auditor, release):
    first = auditor.get(f"/ledger/entries?stream={STREAM}&limit=2").json()
    assert [one["seq"] for one in first["items"]] == [0, 1]
    rest = auditor.get(f"/ledger/entries?stream={STREAM}&after={first['next']}").json()
    assert [one["seq"] for one in rest["items"]] == [2, 3, 4]
    assert rest["next"] is None
    about = auditor.get(f"/ledger/entries?stream={STREAM}&subject=release/{release.key}").json()["items"]
    assert len(about) == 4
    assert {one["subject"] for one in about} == {f"release/{release.key}"}
    [opened] = auditor.get(f"/ledger/entries?stream={STREAM}&tag={Tag.PRODUCT_OPENED}").json()["items"]
    assert opened["data"] == {"name": "shop"}


def test_entries_of_all_streams_take_the_power_in_the_whole_office(auditor, person, release):
    assert auditor.get("/ledger/entries").status_code == 403
    found = person("auditor").get(f"/ledger/entries?tag={Tag.PRODUCT_OPENED}").json()["items"]
    assert {one["stream"] for one in found} == {STREAM, "product/bank"}


def test_a_foreign_stream_is_not_there_and_the_office_is_not_for_auditors_of_a_product(auditor):
    for path in ("/ledger/streams/product/bank/head", "/ledger/entries?stream=product/bank"):
        assert auditor.get(path).status_code == 404
    assert auditor.get("/ledger/streams/office/head").status_code == 403
    assert auditor.get("/ledger/proof?stream=office&seq=0").status_code == 403


def test_a_head_is_an_anchor(auditor, person):
    answer = auditor.get(f"/ledger/streams/{STREAM}/head")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    [anchor] = heads_in(answer.content, name="anchor").values()
    assert anchor.head.size == 5
    for nothing in ("nowhere", "product/nowhere", "office"):
        assert person("auditor").get(f"/ledger/streams/{nothing}/head").status_code == 404


def test_a_proof_can_be_followed_without_us(auditor):
    found = auditor.get(f"/ledger/proof?stream={STREAM}&seq=2").json()
    [anchor] = heads_in(found["head"].encode(), name="head").values()
    proof = [bytes.fromhex(one) for one in found["proof"]]
    leaf = leaf_hash(found["entry"].encode())
    verify_inclusion(found["index"], found["size"], leaf, proof, anchor.head.root)
    assert auditor.get(f"/ledger/proof?stream={STREAM}&seq=5").status_code == 404
    assert auditor.get(f"/ledger/proof?stream={STREAM}&seq=-1").status_code == 422


@pytest.mark.parametrize("about", ["release", "product"])
def test_a_case_file_is_downloaded_and_verifies_offline(about, auditor, release):
    path = f"/releases/{release.key}/case" if about == "release" else "/products/shop/case"
    answer = auditor.get(path)
    name = f"release-{release.key}.zip" if about == "release" else "product-shop.zip"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["Content-Type"] == "application/zip"
    assert answer["Cache-Control"] == "no-store"
    found = verify_case_file(io.BytesIO(downloaded(answer)), public_keys=public_keys())
    assert found.ok, found.steps
    assert (found.about, found.size) == (
        f"release/{release.key}" if about == "release" else "product/shop",
        5,
    )


def test_a_case_that_cannot_be_made_is_refused_whole(auditor, person, release):
    assert auditor.get("/products/bank/case").status_code == 404
    assert person("auditor").get("/products/nowhere/case").status_code == 404
    assert person("viewer", product="shop").get(f"/releases/{release.key}/case").status_code == 403
