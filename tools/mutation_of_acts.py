"""Change one thing at a time in the acts of the service, and see whether the stories of their room notice.

Starting the service takes seconds, so it is started once: one session of pytest goes through the room's stories
and keeps which of them come by which line. Each mutant is then judged in a fork of that session, with its
database in memory, by the stories that come by the changed line; what noticed most so far is asked first. As
the rooms are loaded by then, a mutant takes the place of the real code function by function, and constant by
constant. What a class says of itself, the columns of a table and the fields of a record, stays as it is.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import importlib
import os
import sys
import types
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any

import coverage
import pytest
from mutants import Mutant, begin_alone, mutants

ROOT = Path(__file__).resolve().parents[1]
SERVICE = ROOT / "src/flightrules/service"
ACTS = {
    "decisions": (
        "votes decisions verdicts seats involved signing counting polls overrides override_sides "
        "override_decision override_watch standing situation refreshing recording rounds begun confirmers "
        "hindrances against asking as_emergency meaning"
    ),
    "board": "voting changes sessions standing lapsing attending bodies refusing queries meetings",
    "emergencies": "classifying confirming points queries history changes words",
    "obligations": "services owed clock holders queries telling",
    "blockers": "services seats ageing queries telling",
    "clearance": "answer queries services apart decided gates hindrances attestations",
    "people": (
        "access seats rasci services.roles services.standing_in services.vouching services.persons "
        "services.teams vouched signing signed_words proofs session_proofs confirmations authentication "
        "sign_in second_factor services.tokens services.accounts services.closing services.machines "
        "services.machine_keys services.workloads workload_tokens queries"
    ),
}
"""Room -> its modules that decide who may do what, and what then counts."""

ELSEWHERE = {
    "clearance": ["tests/service/decisions/test_who_wrote_it.py"],
    "people": ["tests/service/decisions/test_who_may_sign.py"],
}
"""Room -> stories in other folders that hold what it decides."""

LIMIT_S = 240
ENDED_BADLY = "it ended badly"
BEGINNING = "made before the story"
_OF_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Judge:
    """A plugin for pytest: instead of the usual loop it learns the stories' ways, and judges mutants by them."""

    def __init__(self, room: str, names: list[str], part: int) -> None:
        self.paths = {name: SERVICE / room / f"{name.replace('.', '/')}.py" for name in names}
        self.sources = {name: path.read_text(encoding="utf-8") for name, path in self.paths.items()}
        self.room, self.part = room, part
        self.noticed: Counter[str] = Counter()
        self.beginnings = _Beginnings()
        self.sound = True

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run every story once under the eye of coverage, then the mutants of each module."""
        stories = {one.nodeid: one for one in session.items}
        ways = self._ways(list(stories.values()))
        self.held = {name: _functions(str(path)) for name, path in self.paths.items()}
        self.caches = list(_caches())
        gc.collect()
        gc.freeze()  # what a fork only reads is not copied
        for one in self._not_in_a_fork(list(stories.values())):
            print(f"{one} does not pass in a fork and is not asked")
            del stories[one]
        for name in self.paths if self.sound else ():
            self._judge(name, ways, stories)
        return True

    def _ways(self, stories: list[pytest.Item]) -> coverage.CoverageData:
        seen = coverage.Coverage(
            data_file=None, config_file=False, include=[str(p) for p in self.paths.values()]
        )
        unwatch = self.beginnings.watch(seen)
        importlib.import_module("flightrules.service.config.urls")
        pdf = importlib.import_module("flightrules.reports.pdf")
        pdf.paper = lambda *_: b"%PDF-"  # the typesetter has threads, which do not come along into a fork
        mine = (f"flightrules.service.{self.room}", "flightrules.service.door.questions")
        caches = [one for one in _caches() if one.__module__.startswith(mine)]
        with seen.collect():
            for number, story in enumerate(stories):
                _forget(caches)
                seen.switch_context(story.nodeid)
                if not _passes(story, stories[(number + 1) % len(stories)]):
                    print(f"{story.nodeid} does not pass as it is")
                    self.sound = False
        unwatch()
        return seen.get_data()

    def _not_in_a_fork(self, stories: list[pytest.Item]) -> list[str]:
        """Stories that need what a fork does not bring along, such as a server beside them."""

        def fail() -> str:
            from service import put_back

            put_back._MADE.clear()
            return "\n".join(
                story.nodeid
                for number, story in enumerate(stories)
                if not _passes(story, stories[(number + 1) % len(stories)])
            )

        return _asked_in_a_fork(fail).splitlines()

    def _judge(self, name: str, ways: coverage.CoverageData, stories: dict[str, Any]) -> None:
        source = self.sources[name]
        passed_by = ways.contexts_by_lineno(str(self.paths[name]))
        within = _Within(source)
        made = [one for one in mutants(source) if not within.a_class(one.line)][:: self.part]
        left, badly = [], 0
        for one in made:
            lines = within.statement(one.line)
            by = {story for line in lines for story in passed_by.get(line, ())} or set(stories)
            asked = [stories[name] for name in sorted(self.beginnings.with_users(by)) if name in stories]
            asked.sort(key=lambda story: -self.noticed[story.nodeid])
            named = self._noticed_by(name, one, asked, anew=any(map(self.beginnings.is_one, by)))
            self.noticed[named] += 1
            badly += named == ENDED_BADLY
            if not named:
                left.append((one, len(asked)))
        print(
            f"{self.room}.{name}: {len(made)} mutants, {len(made) - len(left)} noticed"
            f" ({badly} never ended or broke the process), {len(left)} live",
            flush=True,
        )
        for one, count in left:
            print(f"  line {one.line} ({count} stories): {one.was}  ->  {one.became}", flush=True)

    def _noticed_by(self, name: str, mutant: Mutant, stories: list[Any], *, anew: bool) -> str:
        """Which story noticed, asked in a process of its own; nothing where all of them pass."""
        return _asked_in_a_fork(lambda: self._first_to_notice(name, mutant.code, stories, anew=anew))

    def _first_to_notice(self, name: str, code: str, stories: list[Any], *, anew: bool) -> str:
        from service import put_back

        try:
            put(f"flightrules.service.{self.room}.{name}", code, self.held[name])
        except Exception:  # noqa: BLE001 -- what cannot even be read is noticed by everybody
            return "reading it"
        _forget(self.caches)
        if anew:
            put_back._MADE.clear()  # what stories begin with is made by what was changed
        for number, story in enumerate(stories):
            other = stories[(number + 1) % len(stories)] if len(stories) > 1 else story.session.items[0]
            if not _passes(story, other):
                return str(story.nodeid)
        return ""


def _asked_in_a_fork(question: Callable[[], str]) -> str:
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        begin_alone(LIMIT_S)
        os.write(theirs, question().encode())
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as said:
        answer = said.read()
    _, status = os.waitpid(child, 0)
    return answer if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0 else ENDED_BADLY


def put(module: str, code: str, held: dict[str, list[Any]]) -> None:
    """Let the functions that are loaded, and all who took over a constant, have what the changed module says."""
    real = importlib.import_module(module)
    changed = types.ModuleType(module)
    changed.__package__ = module.rpartition(".")[0]
    changed.__file__ = module
    sys.modules[module] = changed  # dataclasses look for their module
    exec(compile(code, module, "exec"), changed.__dict__)  # noqa: S102 -- the module itself, changed
    sys.modules[module] = real
    new = _functions(module)
    for name, functions in held.items():
        for old, other in zip(functions, new[name], strict=True):
            old.__code__, old.__defaults__, old.__kwdefaults__ = (
                other.__code__, other.__defaults__, other.__kwdefaults__
            )  # fmt: skip
    for name in _constants(code):
        _swap(real, name, vars(changed)[name])


def _swap(real: types.ModuleType, name: str, value: Any) -> None:
    old = vars(real)[name]
    for loaded in list(sys.modules.values()):
        if getattr(loaded, "__name__", "").startswith("flightrules") and vars(loaded).get(name) is old:
            setattr(loaded, name, value)


def _constants(code: str) -> Iterator[str]:
    for node in ast.parse(code).body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and target.id != "__all__":
                yield target.id


def _functions(file: str) -> dict[str, list[Any]]:
    """All functions that come from a file, by their full names, in the order in which they are written."""
    found = [
        one
        for one in gc.get_objects()
        if isinstance(one, types.FunctionType) and one.__code__.co_filename == file
    ]
    named: dict[str, list[Any]] = {}
    for one in sorted(found, key=lambda each: each.__code__.co_firstlineno):
        named.setdefault(one.__code__.co_qualname, []).append(one)
    return {name: these for name, these in named.items() if "<locals>" not in name}


class _Within:
    """Which statement and which class a line of a module belongs to."""

    def __init__(self, source: str) -> None:
        self.tree = ast.parse(source)

    def statement(self, line: int) -> range:
        """The lines of the innermost statement; of one that holds others, those up to the first of them."""
        best = range(line, line + 1)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno):
                body = getattr(node, "body", None)
                end = body[0].lineno - 1 if body else node.end_lineno or node.lineno
                best = range(node.lineno, max(end, node.lineno) + 1) if line <= end else best
        return best

    def a_class(self, line: int) -> bool:
        """Whether it stands in a class and in none of its functions."""
        around = [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, (ast.ClassDef, *_OF_FUNCTIONS))
            and node.lineno <= line <= (node.end_lineno or node.lineno)
        ]
        return bool(around) and not any(isinstance(node, _OF_FUNCTIONS) for node in around)


class _Beginnings:
    """What stories begin with is made once: who comes by a line then are all who begin with it."""

    def __init__(self) -> None:
        self.users: dict[str, set[str]] = {}
        self.making: list[str] = []

    def watch(self, seen: coverage.Coverage) -> Callable[[], None]:
        """Keep who asks for what, in stories and in other beginnings, and by which lines it is made.

        Returns what ends it: forks of the session are not watched.
        """
        from service import put_back

        once = put_back.once

        def watched(what: Hashable, make: Callable[[], Any]) -> Any:
            name = f"{BEGINNING} {what!r}"
            self.users.setdefault(name, set()).add(self._now())
            return once(what, lambda: self._made(name, make, seen))

        put_back.once = watched
        return lambda: setattr(put_back, "once", once)

    def with_users(self, by: Iterable[str]) -> set[str]:
        """These stories, and all who begin with one of these beginnings."""
        found: set[str] = set()
        left = list(by)
        while left:
            one = left.pop()
            if one not in found:
                found.add(one)
                left += self.users.get(one, ())
        return found

    def is_one(self, name: str) -> bool:
        """Whether this is a beginning and no story."""
        return name in self.users

    def _made(self, name: str, make: Callable[[], Any], seen: coverage.Coverage) -> Any:
        self.making.append(name)
        seen.switch_context(name)
        try:
            return make()
        finally:
            self.making.pop()
            seen.switch_context(self._now())

    def _now(self) -> str:
        return self.making[-1] if self.making else os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]


def _caches() -> Iterator[Any]:
    """What is worked out once: cached functions, and questions to the database that are worded already."""
    from flightrules.service.door.questions import Question

    kinds = (functools._lru_cache_wrapper, Question)
    return (one for one in gc.get_objects() if isinstance(one, kinds))


def _forget(caches: list[Any]) -> None:
    for one in caches:
        if isinstance(one, functools._lru_cache_wrapper):
            one.cache_clear()
        else:
            one._worded.clear()


def _passes(story: Any, following: Any) -> bool:
    from _pytest.runner import runtestprotocol

    return not any(one.failed for one in runtestprotocol(story, log=False, nextitem=following))


def main() -> int:
    """Judge the acts of a room; returns 1 where a story does not even pass unchanged."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("room", choices=ACTS)
    parser.add_argument("modules", nargs="*", help="all of the room's acts when none is named")
    parser.add_argument("--every", type=int, default=1, help="judge one mutant in so many")
    parser.add_argument("--stories", default="not machine and not at_once", help="as after pytest's -k")
    said = parser.parse_args()
    os.chdir(ROOT)
    judge = Judge(said.room, said.modules or ACTS[said.room].split(), said.every)
    asked = ["-q", "-p", "no:cacheprovider", "-m", "not slow or seldom", "-k", said.stories]
    pytest.main([*asked, f"tests/service/{said.room}", *ELSEWHERE.get(said.room, ())], plugins=[judge])
    return int(not judge.sound)


if __name__ == "__main__":
    sys.exit(main())
