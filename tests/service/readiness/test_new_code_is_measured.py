"""New-code coverage by the service itself: the diff is brought like evidence, and nothing is taken on trust."""

from __future__ import annotations

import json

import pytest

from flightrules.service.readiness.models import EvidenceItem
from flightrules.service.records import blobs
from service.shop import DIGEST, OTHER_DIGEST, RULEBOOK, ago, coverage

NEW_CODE = RULEBOOK.replace("sentence: Line coverage >= 80%", "sentence: New-code coverage >= 80%")


def diff(first: int, last: int, *, base: str = "main", path: str = "src/shop.py") -> bytes:
    """Lines added to one file since a base."""
    head = json.dumps({"base": base, "merge_base": "c" * 40, "tracked": [path]})
    lines = "".join(f"+line {number}\n" for number in range(first, last + 1))
    names = f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n"
    hunk = f"@@ -{first - 1},0 +{first},{last - first + 1} @@\n"
    return f"flightrules-changes/1 {head}\n{names}{hunk}{lines}".encode()


@pytest.fixture
def key(shop) -> str:
    shop.adopt(NEW_CODE)
    return shop.release(build="7")["key"]


def bring(shop, key, data, **said):
    said = {"build": "7", "part": "changes", "name": "changes.diff", **said}
    answer = shop.bring(key, "coverage report", data, **said)
    assert answer.status_code in (200, 201), answer.content
    return answer.json()


def found(shop, key):
    run = shop.run(key)
    report = shop.qa.get(f"/gate-runs/{run['key']}/report.json").json()
    one = next(one for one in report["criteria"] if one["id"] == "coverage")
    return one["status"], one["reason"]


def test_the_lines_of_the_diff_are_looked_up_in_the_coverage_report(shop, key):
    shop.bring(key, "coverage report", coverage(90), build="7")
    bring(shop, key, diff(81, 90))
    assert found(shop, key) == ("PASS", "100 %: 10 of 10 changed lines covered")
    bring(shop, key, diff(82, 100))
    status, reason = found(shop, key)
    assert (status, "9 of 19 changed lines covered" in reason) == ("FAIL", True)


def test_without_a_diff_there_is_no_data_whatever_ci_claims(shop, key):
    shop.bring(key, "coverage report", coverage(90), build="7")
    claim = {
        "verdict": "GO",
        "rulebook_digest": "sha256:" + "0" * 64,
        "as_of": ago(minutes=1),
        "criteria": [{"id": "coverage", "status": "PASS"}],
    }
    run = shop.run(key, claim=json.dumps(claim))
    assert run["statuses"]["coverage"] == "NO DATA"
    assert "coverage: CI claims PASS; claimed, not measured here: NO DATA" in run["differences"]
    assert found(shop, key)[1].startswith("no diff of a base was brought")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"build": "6"}, "the diff is of build 6, not of build 7"),
        ({"build": ""}, "the diff is of an unnamed build, not of build 7"),
    ],
)
def test_a_diff_of_another_build_says_nothing(shop, key, said, words):
    shop.bring(key, "coverage report", coverage(90), build="7")
    bring(shop, key, diff(81, 90), **said)
    assert found(shop, key) == ("NO DATA", words)


def test_a_diff_of_what_was_replaced_says_nothing(shop, key):
    shop.manager.post(f"/releases/{key}/artefacts", {"name": "shop.whl", "sha256": DIGEST})
    bring(shop, key, diff(81, 90))
    shop.manager.post(f"/releases/{key}/artefacts", {"name": "shop.whl", "sha256": OTHER_DIGEST})
    shop.bring(key, "coverage report", coverage(90), build="7")
    assert "which is not shipped" in found(shop, key)[1]


def test_the_agreed_base_is_not_moved_by_a_pipeline(shop):
    shop.adopt(NEW_CODE.replace("[coverage.xml]}", "[coverage.xml], compare_with: v4.2.0}"))
    key = shop.release(build="7")["key"]
    shop.bring(key, "coverage report", coverage(90), build="7")
    bring(shop, key, diff(81, 90, base="HEAD~1"))
    assert found(shop, key) == ("NO DATA", "the diff was made with HEAD~1; the rulebook compares with v4.2.0")
    bring(shop, key, diff(81, 90, base="v4.2.0"))
    assert found(shop, key)[0] == "PASS"


def test_what_is_no_whole_diff_says_nothing(shop, key):
    shop.bring(key, "coverage report", coverage(90), build="7")
    bring(shop, key, diff(81, 90)[:-9])
    status, reason = found(shop, key)
    assert (status, "a hunk holds less than its header counts" in reason) == ("NO DATA", True)
    item = bring(shop, key, diff(81, 90))
    assert found(shop, key)[0] == "PASS"
    bring(shop, key, diff(1, 90), name="other.diff")
    assert found(shop, key)[1] == "2 diffs were brought (changes.diff, other.diff); which one counts?"
    EvidenceItem.objects.filter(name="other.diff").delete()
    shop.qa.post(f"/evidence/{item['key']}/tombstone", {"reason": "of a fork"})
    assert "the diff was taken out of the judgement" in found(shop, key)[1]


def test_a_run_does_not_stand_once_its_diff_was_altered(shop, key, settings):
    shop.bring(key, "coverage report", coverage(90), build="7")
    item = bring(shop, key, diff(81, 90))
    run = shop.run(key)
    assert item["sha256"] in run["evidence"]
    assert shop.qa.get(f"/gate-runs/{run['key']}").json()["stands"] is True
    for path in _files(settings, item["sha256"]):
        path.chmod(0o600)
        path.write_bytes(diff(1, 2))
    assert blobs.state_of(item["sha256"]) is blobs.BlobState.TAMPERED
    assert shop.qa.get(f"/gate-runs/{run['key']}").json()["stands"] is False
    assert shop.run(key)["statuses"]["coverage"] == "NO DATA"


def _files(settings, digest):
    import pathlib

    return [
        one for one in pathlib.Path(settings.FLIGHTRULES_HOME, "blobs").rglob("*") if digest[2:] in one.name
    ]
