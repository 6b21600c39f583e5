"""How many web processes a machine is worth: by what this process may use of it, not by what it has."""

import os

import pytest

from flightrules.service.config import cores


@pytest.mark.parametrize(
    ("files", "share"),
    [
        ({}, []),
        ({"cpu.max": "max 100000\n"}, []),
        ({"cpu.max": "150000 100000\n"}, [1.5]),
        ({"cpu.max": "400000 100000\n", "office/cpu.max": "50000 100000\n"}, [4.0, 0.5]),
        ({"cpu/cpu.cfs_quota_us": "200000\n", "cpu/cpu.cfs_period_us": "100000\n"}, [2.0]),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, []),
        ({"cpu.max": "nonsense\n"}, []),
    ],
)
def test_quotas_of_the_group_and_of_those_above_it_count(tmp_path, files, share):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert list(cores._quotas("/office/web", root=str(tmp_path))) == share


@pytest.mark.parametrize(
    ("affinity", "quotas", "platform", "found"),
    [
        (8, [], "linux", 2),
        (1, [], "linux", 1),
        (8, [1.9], "linux", 1),
        (2, [0.5], "linux", 1),
        (8, [], "darwin", 1),
    ],
)
def test_two_where_two_cores_are_ours(monkeypatch, affinity, quotas, platform, found):
    """Elsewhere than on Linux a process that has loaded the system's libraries cannot be forked safely."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(affinity)), raising=False)
    monkeypatch.setattr(cores, "_quotas", lambda _: iter(quotas))
    monkeypatch.setattr(cores.sys, "platform", platform)
    assert cores.web_processes() == found
