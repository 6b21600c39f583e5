"""Everything that a module could be by one mistake; what is for readers alone, sentences and documentation, stays."""

from __future__ import annotations

import ast
import copy
import os
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["Mutant", "begin_alone", "mutants"]

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.BitXor: ast.BitOr,
}  # fmt: skip
_MOMENTS = {"__gt": "__gte", "__gte": "__gt", "__lt": "__lte", "__lte": "__lt"}
_IN_SQL = {
    " > ": " >= ", " >= ": " > ", " < ": " <= ", " <= ": " < ", " = ": " <> ", " AND ": " OR ", " OR ": " AND ",
    " IN ": " NOT IN ", " IS NULL": " IS NOT NULL",
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


def begin_alone(limit_s: int) -> None:
    """What a process that judges one mutant does first: it says nothing, and what never ends is ended."""
    signal.alarm(limit_s)
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)


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
        elif isinstance(node.value, str) and ("%(" in node.value or "%s" in node.value):
            yield from _of_sql(node.value)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _NAMES:
        yield _with(node, func=ast.Name(_NAMES[node.func.id], ast.Load()))


def _of_sql(text: str) -> Iterator[ast.AST]:
    """A question to the database that is asked otherwise in one place."""
    for found in re.finditer("|".join(_IN_SQL), text):
        yield ast.Constant(f"{text[: found.start()]}{_IN_SQL[found[0]]}{text[found.end() :]}")


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
        yield from _of_moments(node)
    elif isinstance(node, ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp):
        for place, one in enumerate(node.generators):
            if one.ifs:
                bare = _with(one, ifs=[])
                yield _with(node, generators=[*node.generators[:place], bare, *node.generators[place + 1 :]])


def _of_moments(node: ast.Call) -> Iterator[ast.AST]:
    """What is looked up up to a moment, with that moment and without."""
    for place, one in enumerate(node.keywords):
        name, sign, how = (one.arg or "").rpartition("__")
        if sign + how in _MOMENTS:
            other = _with(one, arg=name + _MOMENTS[sign + how])
            yield _with(node, keywords=[*node.keywords[:place], other, *node.keywords[place + 1 :]])


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
