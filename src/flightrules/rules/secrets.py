"""Secrets do not belong into a file that is committed, printed and signed."""

from __future__ import annotations

import re

from flightrules.rules.node import Mapping, Node, Sequence, Text, fault

__all__ = ["refuse_secrets"]

# One of these stands in every text that the first pattern finds, and in every key that the second finds. Few
# rulebooks hold any, and compiling the patterns takes longer than the whole search.
_MARKS = ("://", "PRIVATE KEY", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox")
_MORE_MARKS = ("AKIA", "sk_live_", "SG.", "eyJ")
_KEY_MARKS = ("passw", "secret", "token", "key", "webhook", "credential")
_TEXTS = (
    r"https?://hooks\.[\w.-]+/\S{8}|https?://[\w.-]*(?:webhook|discord)[\w./-]*/\S{16}|https?://[^/\s:@]+:[^/\s@]+@"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY|\bgh[pousr]_[A-Za-z0-9]{20}|\bgithub_pat_\w{20}|\bglpat-[\w-]{16}"
    r"|\bxox[abprs]-[\w-]{10}|\bAKIA[0-9A-Z]{16}\b|\bsk_live_\w{16}|\bSG\.[\w-]{16,}\.[\w-]{16,}"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\."
)
_KEYS = r"(?i)(?:^|[_\-.])(?:password|passwd|secret|token|api_?key|apikey|webhook|credentials?|private_key)$"


def refuse_secrets(root: Node) -> None:
    """Refuse tokens, passwords and webhook addresses anywhere in the tree.

    Raises:
        RulebookError: E_SECRET_INLINE; the message never repeats the value.
    """
    waiting: list[tuple[str, Node]] = [("", root)]
    seen: set[int] = set()
    found: list[tuple[str, Text]] = []
    while waiting:
        key, node = waiting.pop()
        if isinstance(node, Text):
            found.append((key, node))
        elif id(node) not in seen:
            seen.add(id(node))
            waiting += _children(key, node)
    texts = "\n".join([node.value for _, node in found])
    keys = "\n".join({key for key, _ in found}).casefold()
    if any(mark in texts for mark in (*_MARKS, *_MORE_MARKS)) or any(mark in keys for mark in _KEY_MARKS):
        for key, node in found:
            _refuse(key, node)


def _children(key: str, node: Node) -> list[tuple[str, Node]]:
    if isinstance(node, Mapping):
        return [(name, value) for name, (_, value) in reversed(node.entries.items())]
    if isinstance(node, Sequence):
        return [(key, item) for item in reversed(node.items)]
    return []


def _refuse(key: str, node: Text) -> None:
    value = node.value.strip()
    reference = not value or " " in value or value.startswith(("$", "env:"))
    named = re.search(_KEYS, key) is not None and not reference
    if named or re.search(_TEXTS, value):
        raise fault(
            "E_SECRET_INLINE",
            f"a secret stands in the file{f' under {key[:60]!r}' if key else ''}",
            node,
            "take it out, renew it, and hand it to the pipeline as an environment variable",
        )
