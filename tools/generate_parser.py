"""Prints the tables of the sentence's LALR(1) parser; lark works them out, `rules/lalr.py` reads them.

python tools/generate_parser.py src/flightrules/rules/sentence.lark > src/flightrules/rules/_sentence_tables.py
"""

from __future__ import annotations

import hashlib
import sys
from pprint import pformat
from re import _constants as constants
from re import _parser as patterns
from typing import Any

from lark import Lark


def main(path: str) -> None:
    """Read the grammar, print the module."""
    with open(path, "rb") as file:
        grammar = file.read()
    parser = Lark(grammar.decode(), parser="lalr", lexer="contextual")
    terminals = sorted(
        (one for one in parser.terminals if one.name not in parser.ignore_tokens),
        key=lambda one: (-one.priority, -one.pattern.max_width, -len(one.pattern.value), one.name),
    )
    rules = sorted(set(parser.rules), key=lambda rule: (rule.origin.name, rule.order, str(rule)))
    print(f"# grammar sha256:{hashlib.sha256(grammar).hexdigest()}")
    print(
        '"""Tables of the sentence\'s parser, made by `make parser` from sentence.lark; not written by hand."""\n'
    )
    print("# terminals in the order in which they are tried: name, pattern, characters it may begin with")
    show("TERMINALS: tuple[tuple[str, str, str], ...]", [_terminal(one) for one in terminals])
    print(
        "# rules: symbol, name in the tree (none where the parts belong to the rule above), number of parts"
    )
    show("RULES: tuple[tuple[str, str, int], ...]", [_rule(rule) for rule in rules])
    print("# states: a symbol's next state, or minus the number of the rule that ends there")
    states, begin, end = _states(parser, rules)
    show("STATES: tuple[dict[str, int], ...]", states)
    print(f"START = {begin}\nEND = {end}")


def show(name: str, table: list[Any]) -> None:
    """One table as a literal, an entry a line."""
    lines = "\n".join(f"    {pformat(one, width=10**6, compact=True)}," for one in table)
    print(f"{name} = (\n{lines}\n)")


def _terminal(one: Any) -> tuple[str, str, str]:
    pattern = one.pattern.to_regexp()
    first = _first(patterns.parse(pattern))
    return one.name, pattern, "" if first is None else "".join(sorted(first))


def _first(parsed: Any) -> set[str] | None:
    """Lower-case characters that a match may begin with; ``None`` where any may, or the pattern may be empty."""
    found: set[str] = set()
    for kind, content in parsed:
        if kind in (constants.ASSERT, constants.ASSERT_NOT):
            continue
        if kind is constants.LITERAL:
            return found | {chr(content).lower()}
        more, optional = _of_part(kind, content)
        if more is None:
            return None
        found |= more
        if not optional:
            return found
    return None


def _of_part(kind: Any, content: Any) -> tuple[set[str] | None, bool]:
    if kind is constants.SUBPATTERN:
        return _first(content[-1]), False
    if kind is constants.BRANCH:
        parts = [_first(part) for part in content[1]]
        return (None if None in parts else set().union(*(part or set() for part in parts))), False
    if kind is constants.MAX_REPEAT:
        return _first(content[2]), content[0] == 0
    if kind is constants.IN and not any(
        part[0] in (constants.NEGATE, constants.CATEGORY) for part in content
    ):
        return {chr(code).lower() for part in content for code in _codes(part)}, False
    return None, False


def _codes(part: Any) -> range:
    kind, content = part
    return range(content, content + 1) if kind is constants.LITERAL else range(content[0], content[1] + 1)


def _rule(rule: Any) -> tuple[str, str, int]:
    if rule.options.expand1 and not rule.alias:
        raise SystemExit(f"{rule}: give every alternative of a ?rule an alias")
    if any(symbol.is_term and symbol.filter_out for symbol in rule.expansion):
        raise SystemExit(f"{rule}: give the token a name")
    origin = str(rule.origin.name)
    return origin, "" if origin.startswith("_") else str(rule.alias or origin), len(rule.expansion)


def _states(parser: Any, rules: list[Any]) -> tuple[list[dict[str, int]], int, int]:
    table = parser.parser.parser._parse_table
    known = {rule: at for at, rule in enumerate(rules, 1)}
    states = [
        {
            symbol: target if action.name == "Shift" else -known[target]
            for symbol, (action, target) in sorted(table.states[at].items())
        }
        for at in range(len(table.states))
    ]
    return states, table.start_states["start"], table.end_states["start"]


if __name__ == "__main__":
    main(sys.argv[1])
