"""How a role is called where people read: ``qa-lead`` and ``qa_lead`` are the QA lead."""

from __future__ import annotations

__all__ = ["role_words"]

_CAPITALS = frozenset({"cab", "ceo", "cio", "ciso", "cto", "it", "pmo", "po", "qa", "sre", "vp"})
_OWN = {"cto vp eng": "CTO or VP of engineering", "on call": "on-call engineer"}


def role_words(role: str) -> str:
    """The role in words: ``release manager``, ``QA lead``, ``CTO``; what is written like that stays."""
    words = role.replace("_", " ").replace("-", " ").split()
    plain = " ".join(words).casefold()
    return _OWN.get(plain) or " ".join(
        word.upper() if word.casefold() in _CAPITALS else word for word in words
    )
