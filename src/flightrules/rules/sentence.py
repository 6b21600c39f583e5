"""From text to the parts of a sentence: the parser's tree, and its faults in the product's words."""

from __future__ import annotations

from typing import Any

from flightrules.errors import RulebookError
from flightrules.rules.lalr import END_OF_TEXT, UnexpectedCharacterError, UnexpectedTokenError, parse

__all__ = ["Words", "near", "parse_tree", "refused"]

SENTENCE_LIMIT = 1000
_KEYWORDS = [
    "for",
    "under",
    "with",
    "measured",
    "by",
    "on",
    "in",
    "against",
    "from",
    "as",
    "of",
    "build",
    "at",
    "excluding",
    "if",
    "each",
]


class Words(list[Any]):
    """Tokens of one phrase, in order; each token knows its column."""

    @property
    def text(self) -> str:
        """The phrase as written, without a leading article, quotes taken off."""
        words = [str(token).strip('"') for token in self]
        if len(words) > 1 and words[0].lower() in ("the", "a", "an", "our"):
            words = words[1:]
        return " ".join(words)

    @property
    def column(self) -> int:
        """1-based column of the first word."""
        return int(self[0].column) if self else 1


def parse_tree(sentence: str, *, file: str | None, line: int, column: int) -> Any:
    """The parse tree of one sentence.

    Raises:
        RulebookError: E_SENTENCE, pointing at the word that does not fit.
    """
    text = sentence.replace("\n", " ")
    if len(text) > SENTENCE_LIMIT:
        raise RulebookError(
            "E_SENTENCE",
            f"the sentence has {len(text)} characters; the limit is {SENTENCE_LIMIT}",
            file=file,
            line=line,
            column=column,
        )
    try:
        return parse(text)
    except UnexpectedTokenError as error:
        raise _unexpected(error, file, line, column, text) from None
    except UnexpectedCharacterError as error:
        raise RulebookError(
            "E_SENTENCE",
            f"the character {text[error.at]!r} has no place in a sentence",
            file=file,
            line=line,
            column=column + error.at,
            hint='put free text with special characters in "quotes"',
        ) from None


def near(word: str, known: list[str], *, alike: float = 0.6) -> str | None:
    """The nearest valid word, for a suggestion; ``alike`` is difflib's ratio, 0 to 1."""
    from difflib import get_close_matches

    found = get_close_matches(word.lower(), known, n=1, cutoff=alike)
    return found[0] if found else None


def refused(code: str, message: str, place: dict[str, Any], hint: str, token: Any = None) -> RulebookError:
    """The refusal of a sentence, at the word; without one, at its first character.

    Args:
        code: of the catalogue of codes.
        message: what does not fit.
        place: ``file``, ``line`` and ``column`` of the sentence.
        hint: what to write.
        token: the word.
    """
    column = place["column"] + (int(token.column) - 1 if token is not None else 0)
    return RulebookError(code, message, file=place["file"], line=place["line"], column=column, hint=hint)


def _unexpected(
    error: UnexpectedTokenError, file: str | None, line: int, column: int, text: str
) -> RulebookError:
    token = error.token
    if token.type == END_OF_TEXT:
        return RulebookError(
            "E_SENTENCE",
            "the sentence ends too early",
            file=file,
            line=line,
            column=column + len(text),
            hint=_expected(error.expected),
        )
    if token.type == "PERCENT" and "OPERATOR" in error.expected:
        return _without_operator(text[: token.column - 1], {"file": file, "line": line, "column": column})
    at = column + token.column - 1
    return RulebookError(
        "E_SENTENCE",
        f"{str(token)!r} does not fit here",
        file=file,
        line=line,
        column=at,
        hint=_expected(error.expected),
    )


def _without_operator(before: str, place: dict[str, Any]) -> RulebookError:
    """``Pass rate 97%``, ``Coverage between 80% and 90%``: a number that nothing compares with."""
    head, _, number = before.rstrip().rpartition(" ")
    if "between" in head.lower().split():
        hint = "write two criteria, one with >= and one with <="
    else:
        hint = f"write an operator before the number, such as >= {number}% or <= {number}%"
    at = {**place, "column": place["column"] + len(head) + bool(head)}
    return refused("E_OPERATOR", f"{number}% stands without an operator", at, hint)


def _expected(expected: frozenset[str]) -> str:
    if "NUMBER" in expected and "WORD" not in expected:
        return "write a number here, such as 97 or 0.5"
    if "WORD" in expected:
        return 'write the name that belongs here; put text that holds keywords in "quotes"'
    return f"write one of: {', '.join(_KEYWORDS)}"
