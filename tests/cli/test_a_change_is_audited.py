"""``audit change``: which clauses a recorded change broke, read from a file, with no service."""

import json

import pytest

from flightrules.cli.main import main
from flightrules.engine.clauses import CLAUSES
from report_samples.change_records import SOUND_CHANGE


@pytest.fixture
def audit(tmp_path, capsys):
    def run(content, *options):
        path = tmp_path / "change.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        status = main(["audit", "change", str(path), *options])
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


def test_a_sound_change_breaks_none(audit):
    assert audit(SOUND_CHANGE) == (0, "change 1: breaks none\n", "")


def test_each_broken_clause_is_named_in_words(audit):
    status, out, _ = audit([SOUND_CHANGE, SOUND_CHANGE | {"implementer": "quinn", "reason": "-"}])
    assert status == 1
    assert out.splitlines()[:2] == ["change 1: breaks none", "change 2: breaks 3"]
    for clause in ("dora-17-1-2", "pci-651-1", "pci-654"):
        assert f"  {clause:12} {CLAUSES[clause]}" in out


def test_for_machines_it_is_json(audit):
    status, out, _ = audit(SOUND_CHANGE | {"deployed_artifact": "sha256:bb"}, "--format", "json")
    assert (status, json.loads(out)) == (1, [{"change": 1, "broken": ["cm3-2"]}])


def test_no_change_is_never_a_sound_one(audit, capsys):
    assert audit([])[0] == 5
    for content in ("{", "3", '["a"]', ""):
        status, out, err = audit(content)
        assert (status, out) == (2, "")
        assert err.startswith("error E_")
    assert main(["audit", "change"]) == 2
    assert "nothing says which change" in capsys.readouterr().err
