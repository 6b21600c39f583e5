"""A second process that begins before it is known what to read: it never changes what is found, only how soon."""

import os
import signal
import threading

import pytest

from flightrules.cli import parallel, second

AS_OF = ("--as-of", "2026-11-21T12:00:00Z")
RULES = """\
flightrules: 1
product: Shop
criteria:
  pass-rate: {sentence: Pass rate >= 95% measured by the CI pipeline}
gates:
  exit: {kind: exit, title: Exit criteria, criteria: [pass-rate]}
evidence:
  CI pipeline: {format: junit, paths: [reports/r0.xml, reports/r1.xml, reports/cut.xml]}
"""


@pytest.fixture
def large(shop, monkeypatch):
    """A project whose reports are taken for large ones, on two cores, and the processes that were begun."""
    shop.write(".flightrules.yml", RULES)
    for at in range(2):
        shop.junit(passed=50, failed=at, name=f"reports/r{at}.xml")
    shop.write("reports/cut.xml", "<testsuite><testcase")
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(parallel, "FORK_ABOVE", 0)
    monkeypatch.setattr(second, "FORK_ABOVE", 0)
    return shop


@pytest.fixture
def seen(monkeypatch):
    """The processes that ``check`` begins."""
    found = []

    def observed(rulebook):
        found.append(second.begun(rulebook))
        return found[-1]

    monkeypatch.setattr("flightrules.cli.check.begun", observed)
    return found


def checked(shop):
    return shop.run("check", "--format", "json", "--no-report", *AS_OF)


def alone(shop, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(os, "cpu_count", lambda: 1)
        return checked(shop)


def test_it_finds_what_one_process_finds(large, seen, monkeypatch):
    expected = alone(large, monkeypatch)
    assert seen == [None]
    assert checked(large) == expected
    assert seen[1] is not None
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_its_end_changes_nothing(large, monkeypatch):
    expected = alone(large, monkeypatch)

    def killed(rulebook):
        helper = second.begun(rulebook)
        os.kill(helper._child, signal.SIGKILL)
        return helper

    monkeypatch.setattr("flightrules.cli.check.begun", killed)
    assert checked(large) == expected


@pytest.mark.parametrize("text", ["", "flightrules: 1\nproduct: [", RULES.replace("junit", "nonsense")])
def test_whatever_the_rulebook_is_the_first_process_says_so(large, seen, monkeypatch, text):
    large.write(".flightrules.yml", text)
    assert checked(large) == alone(large, monkeypatch)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_it_is_begun_only_where_it_is_of_use_and_safe(large, monkeypatch):
    monkeypatch.chdir(large.path)
    small = second.begun("nowhere.yml")
    assert small is None
    monkeypatch.setattr(second, "FORK_ABOVE", 1 << 20)
    assert second.begun(None) is None
    monkeypatch.setattr(second, "FORK_ABOVE", 0)
    going = threading.Event()
    thread = threading.Thread(target=going.wait)
    thread.start()
    assert second.begun(None) is None
    going.set()
    thread.join()

    def refused():
        raise OSError

    monkeypatch.setattr(os, "fork", refused)
    assert second.begun(None) is None


def test_a_rulebook_of_one_long_word_is_glanced_at_in_no_time(large, monkeypatch):
    monkeypatch.chdir(large.path)
    large.write(".flightrules.yml", "a." * 500_000)
    assert second._glance(None) == ([], 0)


@pytest.mark.parametrize("order", [("format", "paths"), ("paths", "format")])
def test_it_loads_what_the_largest_files_need_and_then_from_the_small_end(large, monkeypatch, order):
    monkeypatch.chdir(large.path)
    sizes = {"junit": 50, "sarif": 900, "lcov": 10, "cobertura": 300}
    lines = ["evidence:"]
    for name, size in sizes.items():
        (large.path / f"{name}.txt").write_bytes(b"x" * size)
        said = {"format": f"    format: {name}", "paths": f"    paths: [{name}.txt, no.txt]"}
        lines += [f"  the {name} run:", *(said[part] for part in order)]
    large.write(".flightrules.yml", "\n".join(lines))
    assert second._glance(None) == (["sarif", "lcov"], sum(sizes.values()))
