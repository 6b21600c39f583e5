"""Words that mix writing systems: a Cyrillic letter in a Latin word looks the same and means another name."""

from __future__ import annotations

from flightrules.rules.node import Node, fault

__all__ = ["mixed_word", "refuse_mixed_scripts"]

_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "FULLWIDTH", "MATHEMATICAL")


def mixed_word(text: str) -> tuple[str, int] | None:
    """The first word that mixes scripts which look alike, and its offset."""
    if text.isascii():
        return None
    start = 0
    for at in range(len(text) + 1):
        if at < len(text) and (text[at].isalnum() or text[at] == "_"):
            continue
        word = text[start:at]
        if not word.isascii() and len(_scripts(word)) > 1:
            return word, start
        start = at + 1
    return None


def refuse_mixed_scripts(text: str, node: Node, code: str = "E_MIXED_SCRIPT") -> None:
    """Refuse a name in which letters of several scripts stand in one word."""
    found = mixed_word(text)
    if found is not None:
        scripts = " and ".join(sorted(name.capitalize() for name in _scripts(found[0])))
        raise fault(
            code,
            f"{found[0][:60]!r} mixes {scripts} letters in one word",
            node,
            "type the word again on one keyboard layout; letters that look alike are different names",
        )


def _scripts(word: str) -> set[str]:
    import unicodedata

    found: set[str] = set()
    for character in word:
        if character.isalpha() and character != "\u00b5":
            name = unicodedata.name(character, "")
            found.update(script for script in _SCRIPTS if name.startswith(script))
    return found
