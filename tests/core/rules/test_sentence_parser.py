"""The parser of the sentence agrees with the generator's own parser, on trees and on faults."""

import random
from pathlib import Path

import pytest
from lark import Lark, UnexpectedCharacters, UnexpectedToken
from lark.lexer import Token

from flightrules.rules.lalr import UnexpectedCharacterError, UnexpectedTokenError, parse

RULES = Path(__file__).resolve().parents[3] / "src" / "flightrules" / "rules"
WORDS = (
    "Pass rate|P1 defects|No|Zero|must be|more than|greater than or equal to|Every|All|has|open|critical|p95|95|97.5|1,000|%|ms|>=|<=|=|at least|below|=>|for|checkout|,|and|or|"
    "under|200|users|at 50 RPS|measured by|the CI pipeline|with|status|each with|mitigation|of severity|HIGH|in staging|on|Chrome|"
    'from the previous run|as of build|4.2|excluding|if|it touches|by|of|at|sign-off|.|:|(a note)|"for all"|é|§|\x01|×'
).split("|")


def outline(node):
    return (
        (node.type, str(node), node.column)
        if hasattr(node, "type")
        else (str(node.data), [outline(one) for one in node.children])
    )


def theirs(parser, text):
    try:
        return outline(parser.parse(text))
    except UnexpectedToken as error:
        return (
            "token",
            str(error.token) if isinstance(error.token, Token) else "",
            {"NUMBER", "WORD"} & set(error.expected),
        )
    except UnexpectedCharacters as error:
        return "character", error.pos_in_stream


def ours(text):
    try:
        return outline(parse(text))
    except UnexpectedTokenError as error:
        return "token", str(error.token), {"NUMBER", "WORD"} & error.expected
    except UnexpectedCharacterError as error:
        return "character", error.at


@pytest.fixture(scope="module")
def parser():
    return Lark((RULES / "sentence.lark").read_text(encoding="utf-8"), parser="lalr", lexer="contextual")


@pytest.mark.parametrize("seed", range(20))
def test_both_parsers_say_the_same(parser, seed):
    draw = random.Random(seed)
    texts = [" ".join(draw.choices(WORDS, k=draw.randint(0, 12))) for _ in range(100)]
    assert [ours(text) for text in texts] == [theirs(parser, text) for text in texts]
