"""Runs the tables of the sentence's grammar: an LALR(1) parser whose lexer knows what may come next.

The tables are made from ``sentence.lark`` by ``make parser``. A terminal is tried only where the parser's
state allows it and the next character may begin it, and its pattern is compiled when it is first tried.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Self

from flightrules.rules._sentence_tables import END, RULES, START, STATES, TERMINALS
from flightrules.values import frozen

__all__ = ["END_OF_TEXT", "Token", "Tree", "UnexpectedCharacterError", "UnexpectedTokenError", "parse"]

END_OF_TEXT = "$END"
_SPACE = re.compile(r"\s*")
_PATTERNS = {name: pattern for name, pattern, _ in TERMINALS}
_FIRST = {name: first for name, _, first in TERMINALS}


class Token(str):
    """A word of the sentence; ``column`` is 1-based."""

    __slots__ = ("column", "type")

    def __new__(cls, kind: str, text: str, column: int) -> Self:
        """The text with its kind and place."""
        made = super().__new__(cls, text)
        made.type = kind
        made.column = column
        return made

    column: int
    type: str


@frozen
class Tree:
    """A phrase: the rule's name, and its tokens and parts."""

    data: str
    children: list[Any]


class UnexpectedTokenError(Exception):
    """A token that does not fit, and the kinds that would."""

    def __init__(self, token: Token, expected: frozenset[str]) -> None:
        super().__init__(token)
        self.token = token
        self.expected = expected


class UnexpectedCharacterError(Exception):
    """A character that begins no token anywhere; ``at`` is 0-based."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


def parse(text: str) -> Tree:
    """The tree of one sentence on one line.

    Raises:
        UnexpectedTokenError, UnexpectedCharacterError
    """
    states: list[int] = [START]
    parts: list[Any] = []
    at = 0
    while True:
        token = _next(text, at, states[-1])
        at = token.column - 1 + len(token)
        _reduce(states, parts, token)
        if token.type == END_OF_TEXT:
            tree: Tree = parts[-1]
            return tree
        states.append(STATES[states[-1]][token.type])
        parts.append(token)


def _reduce(states: list[int], parts: list[Any], token: Token) -> None:
    """Close the phrases that end before this token."""
    while not (token.type == END_OF_TEXT and states[-1] == END):
        target = STATES[states[-1]].get(token.type)
        if target is None:
            raise UnexpectedTokenError(token, _expected(states[-1]))
        if target >= 0:
            return
        symbol, name, length = RULES[-target - 1]
        inside = parts[len(parts) - length :]
        del states[len(states) - length :], parts[len(parts) - length :]
        flat = [one for part in inside for one in (part if type(part) is list else (part,))]
        states.append(STATES[states[-1]][symbol])
        parts.append(Tree(name, flat) if name else flat)


def _next(text: str, at: int, state: int) -> Token:
    """The next token that the state allows; failing that, any token, for a better message."""
    space = _SPACE.match(text, at)
    at = space.end() if space is not None else at
    if at == len(text):
        return Token(END_OF_TEXT, "", at + 1)
    found = _matched(text, at, _allowed(state))
    if found is not None:
        return found
    found = _matched(text, at, tuple(_PATTERNS))
    if found is None:
        raise UnexpectedCharacterError(at)
    raise UnexpectedTokenError(found, _expected(state))


def _matched(text: str, at: int, kinds: tuple[str, ...]) -> Token | None:
    begins = text[at].lower()
    for kind in kinds:
        if not _FIRST[kind] or begins in _FIRST[kind]:
            found = _pattern(kind).match(text, at)
            if found is not None:
                return Token(kind, found[0], at + 1)
    return None


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    return re.compile(_PATTERNS[kind])


@cache
def _allowed(state: int) -> tuple[str, ...]:
    return tuple(kind for kind in _PATTERNS if kind in STATES[state])


def _expected(state: int) -> frozenset[str]:
    return frozenset(symbol for symbol in STATES[state] if symbol.isupper())
