"""Names from evidence made inert: what would drive a terminal, an eye or a parser is shown, not obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["LONGEST", "json_safe", "log_lines", "log_safe", "one_line", "storable", "whole"]

LONGEST = 400

# Explicit code points, not Unicode categories: those differ between Python versions, and the bytes may not.
# Controls, soft hyphen, bidi marks and overrides, invisible separators, tags, byte order marks, surrogates,
# noncharacters. The joiners U+200C and U+200D stay: words in several scripts need them.
_UNSAFE = (
    "\\x00-\\x1f\\x7f-\\x9f\\xad\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f"
    "\\ud800-\\udfff\\ufdd0-\\ufdef\\ufeff\\ufff9-\\ufffb\\ufffe\\uffff\\U000e0000-\\U000e007f"
)
# Compiled by the first text that needs one: they take a millisecond, and many reports need none. Whatever
# the Unicode version, nothing of the above is printable.
_DRIVING = f"[{_UNSAFE}]"
# GitHub, Azure and TeamCity obey ##[name …], ##vso[…] and ##teamcity[…] anywhere in a line of a log.
_HOST_COMMAND = r"#(?=#[\w.-]*\[)"
_LINE_COMMAND = r"(?m)^([^\S\n]*)::"  # GitHub, where a line begins so
_SURROGATE = "[\\ud800-\\udfff]"
_RAW_IN_JSON = "[\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff]"


def one_line(text: str, longest: int = LONGEST) -> str:
    r"""The text on one line, unsafe characters as ``\u202e``, cut with the number of characters left out."""
    folded = _undriven(" ".join(text[: longest * 4].split()))
    if len(text) > longest and (len(folded) > longest or len(text) > longest * 4):
        return f"{folded[:longest]}… ({len(text) - longest:,} more characters)"
    return folded


def whole(text: str) -> str:
    """The text uncut, on one line, inert; for values that must stay comparable, such as digests and paths."""
    return _undriven(" ".join(text.split()))


def log_lines(lines: Iterable[str]) -> str:
    """A line for each, inert, its spaces kept; a name with a line end stays within its line."""
    return log_safe("".join(f"{_undriven(line)}\n" for line in lines))


def log_safe(text: str) -> str:
    """Lines for a log, none of which its build host obeys, with whatever names they hold."""
    if "::" in text:
        text = re.sub(_LINE_COMMAND, r"\1: :", text)
    return re.sub(_HOST_COMMAND, "# ", text) if "##" in text else text


def _undriven(line: str) -> str:
    if not line.isprintable():
        line = re.sub(_DRIVING, _escape, line)
    return re.sub(_HOST_COMMAND, _escape, line) if "##" in line else line


def storable(text: str) -> str:
    """The text with what UTF-8 cannot hold (lone surrogates of odd file names) written out."""
    return text if text.isascii() else re.sub(_SURROGATE, _escape, text)


def json_safe(document: str) -> str:
    """JSON text whose strings keep their meaning but drive nothing: no raw control, no command of a host."""
    if not document.isascii():
        document = re.sub(_RAW_IN_JSON, _escape, document)
    return re.sub(_HOST_COMMAND, _escape, document) if "##" in document else document


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 -- the basic plane
