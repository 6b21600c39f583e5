"""Change one thing at a time in the modules of who decides, and see whether their tests notice.

Each mutant is judged in a process of its own, where the changed module takes the place of the real one; nothing
on disk is touched. Mutants that live are named, with the line as it is and as it became; docs/decisions/0032
says why each of them may. The acts of the service are judged by ``mutation_of_acts.py``.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import types
from pathlib import Path

import pytest
from hypothesis import settings, strategies
from mutants import begin_alone, mutants

_READ_ONCE = strategies  # and not in every process

ROOT = Path(__file__).resolve().parents[1]
ENGINE, TESTS = "src/flightrules/engine", "tests/core/engine"
OF_THE_ENGINE = {
    "quorum": "test_quorum",
    "decision": "test_decision",
    "override": "test_override",
    "dossier": "test_dossier",
    "separation": "test_separation",
    "waivers": "test_which_waiver_stands",
    "freshness": "test_freshness",
    "throttle": "test_throttle",
    "scope_lock": "test_scope_lock",
    "relaxation": "test_relaxation",
    "human_signoff": "test_human_signoff",
    "change_lifecycle": "test_change_lifecycle",
    "deploy_conditions": "test_deploy_conditions",
    "practice": "test_practice",
    "lighter": "test_lighter",
}
MODULES = {
    f"flightrules.engine.{name}": (f"{ENGINE}/{name}.py", f"{TESTS}/{tests}.py")
    for name, tests in OF_THE_ENGINE.items()
} | {
    "flightrules.service.people.powers": (
        "src/flightrules/service/people/powers.py",
        "tests/service/people/test_powers.py tests/service/people/test_the_table_of_powers.py",
    ),
}
"""Module -> its file, and the files of tests that must notice."""

LIMIT_S = 60


def lives(module: str, code: str, tests: str) -> bool:
    """Whether the tests pass although the module is changed; asked in a process of its own."""
    child = os.fork()
    if child == 0:
        begin_alone(LIMIT_S)
        os._exit(_judged(module, code, tests))
    _, status = os.waitpid(child, 0)
    return os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0


def _judged(module: str, code: str, tests: str) -> int:
    """The tests' exit code with the changed module in the place of the real one."""
    changed = types.ModuleType(module)
    changed.__file__ = module
    changed.__package__, _, name = module.rpartition(".")
    sys.modules[module] = changed
    try:
        exec(compile(code, module, "exec"), changed.__dict__)  # noqa: S102 -- the module itself, changed
    except Exception:  # noqa: BLE001 -- what cannot even be read is noticed by everybody
        return 1
    setattr(importlib.import_module(changed.__package__), name, changed)
    plain = ["--noconftest", "-c", os.devnull, "--rootdir", str(ROOT), "--import-mode=importlib"]
    return int(
        pytest.main(
            ["-q", "-x", "-p", "no:cacheprovider", *plain, *(str(ROOT / one) for one in tests.split())]
        )
    )


def main() -> int:
    """Judge the named modules, or all; returns 1 where the tests do not even pass unchanged."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help="last words of module names; all when none is given")
    wanted = parser.parse_args().modules
    unknown = sorted(set(wanted) - {module.rpartition(".")[2] for module in MODULES})
    if unknown:
        parser.error(f"no module is called {', '.join(unknown)}")
    sys.path.insert(0, str(ROOT / "tests"))
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    settings.register_profile("mutation", deadline=None, derandomize=True, max_examples=30, database=None)
    settings.load_profile("mutation")  # the same examples for every mutant
    for module, (path, tests) in MODULES.items():
        if wanted and module.rpartition(".")[2] not in wanted:
            continue
        source = (ROOT / path).read_text(encoding="utf-8")
        if not lives(module, source, tests):
            print(f"{module}: its tests do not pass as it is")
            return 1
        made = list(mutants(source))
        left = [one for one in made if lives(module, one.code, tests)]
        print(f"{module}: {len(made)} mutants, {len(made) - len(left)} noticed, {len(left)} live", flush=True)
        for one in left:
            print(f"  line {one.line}: {one.was}  ->  {one.became}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
