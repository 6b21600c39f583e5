"""Change one thing at a time in the modules of who decides, and see whether their tests notice.

Each mutant is judged in a process of its own, where the changed module takes the place of the real one; nothing
on disk is touched. What is for readers alone, sentences and documentation, is not changed. Mutants that live are
named, with the line as it is and as it became; docs/decisions/0032 says why each of
them may.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import os
import signal
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings, strategies

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
_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.BitXor: ast.BitOr,
}  # fmt: skip
_NAMES = {"any": "all", "all": "any", "min": "max", "max": "min", "sorted": "list"}


@dataclass(frozen=True)
class Mutant:
    """One change: the whole changed module, and where it differs."""

    line: int
    was: str
    became: str
    code: str


_SILENT = frozenset({"annotation", "returns", "decorator_list", "type_params"})


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order in which it is written."""
    tree = ast.parse(source)
    for number, node in enumerate(_places(tree)):
        for changed in _changes(node):
            other = ast.parse(source)
            swap = _Swap(list(_places(other))[number], changed)
            code = ast.unparse(ast.fix_missing_locations(swap.visit(other)))
            yield Mutant(node.lineno, _said(node), _said(changed), code)


class _Swap(ast.NodeTransformer):
    """Put one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else self.generic_visit(node)


def _places(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """What is run, in a fixed order: no annotations, no documentation, no decorators, no ``__all__``."""
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if name in _SILENT or not isinstance(child, ast.AST) or _is_silent(child):
                continue
            if isinstance(child, ast.expr | ast.stmt):
                yield child
            yield from _places(child)


def _is_silent(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) == "__all__"
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom)


def _changes(node: ast.expr | ast.stmt) -> Iterator[ast.AST]:
    """Everything that this node could be by mistake."""
    yield from _of_words(node)
    yield from _of_questions(node)
    yield from _of_lists(node)
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _OPERATORS:
        yield _with(node, op=_OPERATORS[type(node.op)]())
    elif isinstance(node, ast.Return) and node.value is not None and ast.unparse(node.value) != "None":
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield | ast.YieldFrom | ast.Call):
        yield ast.Pass()


def _of_words(node: ast.AST) -> Iterator[ast.AST]:
    """Constants, and names of functions that have a counterpart; a text with a space is for readers."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield ast.Constant(not node.value)
        elif isinstance(node.value, int):
            yield ast.Constant(node.value + 1)
        elif isinstance(node.value, str) and " " not in node.value.strip():
            yield ast.Constant(f"XX{node.value}")
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _NAMES:
        yield _with(node, func=ast.Name(_NAMES[node.func.id], ast.Load()))


def _of_questions(node: ast.AST) -> Iterator[ast.AST]:
    """Comparisons, both sides of and and or, what is denied, which way is gone."""
    if isinstance(node, ast.Compare):
        for place, one in enumerate(node.ops):
            if type(one) in _COMPARISONS:
                new = _COMPARISONS[type(one)]()
                yield _with(node, ops=[*node.ops[:place], new, *node.ops[place + 1 :]])
    elif isinstance(node, ast.BoolOp):
        yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        yield from (_without(node, "values", place) for place in range(len(node.values)))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.If | ast.IfExp):
        yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))


def _of_lists(node: ast.AST) -> Iterator[ast.AST]:
    """One part less: of what is listed, of a table, of the arguments that have names, of conditions."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set) and not isinstance(
        getattr(node, "ctx", None), ast.Store
    ):
        yield from (_without(node, "elts", place) for place in range(len(node.elts)))
    elif isinstance(node, ast.Dict):
        for place in range(len(node.keys)):
            yield _with(_without(node, "keys", place), values=_without(node, "values", place).values)
    elif isinstance(node, ast.Call):
        yield from (_without(node, "keywords", place) for place in range(len(node.keywords)))
    elif isinstance(node, ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp):
        for place, one in enumerate(node.generators):
            if one.ifs:
                bare = _with(one, ifs=[])
                yield _with(node, generators=[*node.generators[:place], bare, *node.generators[place + 1 :]])


def _with(node: Any, **changes: Any) -> Any:
    made = copy.copy(node)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def _without(node: Any, name: str, place: int) -> Any:
    kept = list(getattr(node, name))
    del kept[place]
    return _with(node, **{name: kept})


def _said(node: ast.AST) -> str:
    return " ".join(ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split())[:160]


def lives(module: str, code: str, tests: str) -> bool:
    """Whether the tests pass although the module is changed; asked in a process of its own."""
    child = os.fork()
    if child == 0:
        signal.alarm(LIMIT_S)  # what never ends is noticed too
        with open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), 1)
            os.dup2(nothing.fileno(), 2)
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
