"""How many web processes this machine is worth: what it lets us have of its cores, counted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

__all__ = ["cores", "web_processes"]

_GROUPS = "/sys/fs/cgroup"
_MOST = 2  # more than two were never measured to pay: SQLite has one writer


def web_processes() -> int:
    """Two where two cores are ours and a process can be forked safely, else one."""
    return min(_MOST, cores()) if sys.platform == "linux" else 1


def cores() -> int:
    """Whole cores that this process may use: of the machine, by affinity, by the quota of its group."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, int(min([found, *_quotas(_group())])))


def _group() -> str:
    """The control group of this process, as it sees it; in a container that is mostly the root."""
    try:
        with open("/proc/self/cgroup", encoding="utf-8") as file:
            lines = file.read().splitlines()
    except (OSError, UnicodeDecodeError):
        return "/"
    return next((line[3:] for line in lines if line.startswith("0::/")), "/")


def _quotas(group: str, *, root: str = _GROUPS) -> Iterator[float]:
    """Cores that the group and those above it are allowed; nothing where there is no bound."""
    parts = [part for part in group.split("/") if part not in ("", "..")]
    for depth in range(len(parts) + 1):
        yield from _share(os.path.join(root, *parts[:depth], "cpu.max"))
    yield from _share(os.path.join(root, "cpu/cpu.cfs_quota_us"), os.path.join(root, "cpu/cpu.cfs_period_us"))


def _share(*names: str) -> Iterator[float]:
    """Quota by period, which stand in one file, or in two as they did before."""
    try:
        words = [word for name in names for word in _words(name)]
        quota, period = int(words[0]), int(words[1])
    except (OSError, ValueError, IndexError):  # no such file; or "max", which is no bound
        return
    if quota > 0 and period > 0:
        yield quota / period


def _words(name: str) -> list[str]:
    with open(name, encoding="ascii") as file:
        return file.read().split()
