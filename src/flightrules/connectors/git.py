"""Which lines changed since a base commit, asked of git.

Git runs without a shell, without hooks, external diffs, pagers, prompts or network, and never writes.
The change is everything between the merge base of ``base`` and ``HEAD`` and the tracked files of the working
tree as they are now: commits, staged and unstaged edits. Files that git does not track are no part of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from flightrules.connectors.programs import started
from flightrules.errors import EvidenceError
from flightrules.patterns import late
from flightrules.values import frozen

if TYPE_CHECKING:
    from flightrules.connectors.programs import Running

__all__ = [
    "Asked",
    "Authored",
    "ChangedLines",
    "Said",
    "authored_since",
    "changed_lines",
    "head_commit",
    "repository_root",
    "understood",
]

_TIMEOUT = 60.0
_NOBODY = "nobody"  # who commits without an address is somebody all the same
_SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.quotePath=false",
    "core.pager=cat",
    "diff.orderFile=/dev/null",
    "protocol.allow=never",
)
_DIFF = (
    *(
        "diff",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--no-relative",
        "--unified=0",
        "--find-renames",
    ),
    *("--inter-hunk-context=0", "--ignore-submodules=all", "--src-prefix=a/", "--dst-prefix=b/"),
    *("--diff-algorithm=myers", "--no-indent-heuristic"),
)
_TRACKED = ("ls-files", "-z", "--full-name", "--", ":/")
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = late(rb'\\([0-7]{3}|[abtnvfr"\\])')
_NAMED = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}


@frozen
class ChangedLines:
    """Lines that are new or changed since a base, by path from the repository's root.

    ``merge_base`` is the commit compared with. ``files`` holds every changed text file by its present path,
    with no line where lines were only taken away; deleted and binary files are absent.
    ``tracked`` holds the paths of all files of the repository, to tell files of the same name apart.
    """

    merge_base: str
    files: Mapping[str, frozenset[int]]
    tracked: frozenset[str]


@frozen
class Said:
    """The same as git prints it: the commit's name, the diff, the tracked paths with a NUL behind each."""

    merge_base: str
    diff: bytes
    tracked: bytes


@frozen
class Authored:
    """Commits since a base: their number, the newest, and the addresses that they name as authors.

    An address is what whoever committed wrote; nothing here shows that it was theirs.
    """

    base: str
    head: str
    commits: int
    addresses: tuple[str, ...]


class Asked:
    """Git, asked for the lines changed since a base, and at work beside whoever asked.

    All three questions are put at once. Where one of them is refused (an old git, several merge bases, no
    such base) they are put again one after the other, which finds the answer or the plainest reason for none.
    """

    def __init__(self, repo: str, base: str) -> None:
        """Ask about the repository that holds ``repo``; ``base`` is never read as an option."""
        self._repo, self._base = repo, base
        self._running: list[Running] = []
        try:
            _require_name(base)
            asked = (("merge-base", "--", base, "HEAD"), (*_DIFF, "--merge-base", base, "--"), _TRACKED)
            for question in asked:
                self._running.append(_started(repo, *question))
        except EvidenceError:
            self.forget()

    def answer(self) -> ChangedLines:
        """The lines; may be asked for once.

        Raises:
            EvidenceError: E_NO_BASELINE with the reason.
        """
        return understood(self.said())

    def said(self) -> Said:
        """What git prints, as it is; in place of ``answer``.

        Raises:
            EvidenceError: E_NO_BASELINE with the reason.
        """
        try:
            answers = [_finished(self._repo, one) for one in self._running]
        except EvidenceError:
            answers = []
        finally:
            self.forget()
        if not answers:
            return _one_by_one(self._repo, self._base)
        merge_base, diff, tracked = answers
        return Said(_name_of(merge_base), diff, tracked)

    def forget(self) -> None:
        """Nobody wants the answer any more."""
        for one in self._running:
            one.end()
        self._running = []


def changed_lines(repo: str, base: str) -> ChangedLines:
    """Lines changed between the merge base of ``base`` and HEAD, and the working tree.

    Args:
        repo: any folder of the repository.
        base: a commit, branch or tag; never read as an option.

    Raises:
        EvidenceError: E_NO_BASELINE with the reason: no git, no repository, no such base, no common history.
    """
    return Asked(repo, base).answer()


def _one_by_one(repo: str, base: str) -> Said:
    _require_name(base)
    merge_base = _merge_base(repo, base)
    return Said(merge_base, _git(repo, *_DIFF, merge_base, "--"), _git(repo, *_TRACKED))


def understood(said: Said) -> ChangedLines:
    """The changed lines in what git printed; of a diff from elsewhere its hunks must be whole."""
    names = frozenset(_path(name) for name in said.tracked.split(b"\0") if name)
    return ChangedLines(said.merge_base, dict(_changed(said.diff)), names)


def head_commit(repo: str) -> str:
    """The full name of the commit that is checked out.

    Raises:
        EvidenceError: E_NO_BASELINE with the reason.
    """
    return _name_of(_git(repo, "rev-parse", "--verify", "--end-of-options", "HEAD^{commit}"))


def authored_since(repo: str, base: str) -> Authored:
    """Who wrote the commits between a base and what is checked out, ``Co-authored-by`` included.

    The repository's own mail map is not asked: it could turn one person into another.

    Raises:
        EvidenceError: E_NO_BASELINE with the reason.
    """
    _require_name(base)
    start, head = _merge_base(repo, base), head_commit(repo)
    asked = "--format=%x1e%ae%x1f%(trailers:key=Co-authored-by,valueonly,separator=%x1f)"
    said = _git(repo, "log", "--no-mailmap", "--no-show-signature", asked, f"{start}..{head}", "--")
    commits = said.decode("utf-8", "replace").split("\x1e")[1:]
    named = {_address(one) for commit in commits for one in commit.split("\x1f")[1:]}
    wrote = {_address(commit.partition("\x1f")[0]) or _NOBODY for commit in commits}
    return Authored(start, head, len(commits), tuple(sorted((named | wrote) - {""})))


def _address(text: str) -> str:
    """The address in ``Name <address>``, or the whole where there are no brackets."""
    inner = text.strip().rpartition("<")[2].partition(">")[0]
    return inner.strip().casefold()


def repository_root(path: str) -> str:
    """The top folder of the working tree that holds ``path``.

    Raises:
        EvidenceError: E_NO_BASELINE with the reason.
    """
    return os.fsdecode(_git(path, "rev-parse", "--show-toplevel").removesuffix(b"\n"))


def _require_name(base: str) -> None:
    if not base or base.startswith("-") or any(mark in base for mark in ("\0", "\n", " ", "..", ":")):
        raise _refusal(f"{base[:80]!r} cannot be the name of a base commit", "name a branch, tag or commit")


def _merge_base(repo: str, base: str) -> str:
    try:
        found = _git(repo, "merge-base", "--", base, "HEAD")
    except EvidenceError:
        _explain(repo, base)
        raise
    return _name_of(found)


def _name_of(found: bytes) -> str:
    return found.decode("ascii", "replace").strip()


def _explain(repo: str, base: str) -> None:
    """Raise the plainest reason why there is no merge base, if there is one to name."""
    shallow = _git(repo, "rev-parse", "--is-shallow-repository").strip() == b"true"
    deepen = "fetch the whole history (actions/checkout: fetch-depth: 0, GitLab: GIT_DEPTH: 0)"
    for name, what in ((base, f"the base {base!r}"), ("HEAD", "HEAD")):
        try:
            _git(repo, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        except EvidenceError:
            hint = deepen if shallow else f"fetch it (git fetch origin {base}), or name one that exists here"
            raise _refusal(f"{what} is no commit of this repository", hint) from None
    if shallow:
        raise _refusal(f"the clone is shallow and holds no common history with {base!r}", deepen)
    raise _refusal(f"{base!r} and HEAD have no common history", "name a base that HEAD descends from")


def _git(repo: str, *arguments: str) -> bytes:
    """What git prints; its exit code must be 0."""
    return _finished(repo, _started(repo, *arguments))


def _started(repo: str, *arguments: str) -> Running:
    command = ["git", "-C", repo, "--no-pager"]
    for setting in _SETTINGS:
        command += ["-c", setting]
    try:  # the only foreign words stand behind --end-of-options or --
        return started([*command, *arguments], _environment())
    except FileNotFoundError:
        raise _refusal("git is not installed", "install git, or leave new-code coverage out") from None
    except (OSError, ValueError) as error:
        raise _refusal(f"git cannot be run: {error}", "check the path of the repository") from None


def _finished(repo: str, process: Running) -> bytes:
    """What git printed; its exit code must be 0."""
    try:
        printed = process.printed(_TIMEOUT)
    except TimeoutError:
        process.end()
        raise _refusal(
            f"git did not answer within {_TIMEOUT:.0f} s", "check the repository's disk and locks"
        ) from None
    if printed.code:
        raise _failed(repo, printed.err)
    return printed.out


def _environment() -> dict[str, str]:
    """No variable that points git at another repository, program or configuration."""
    kept = (
        "PATH",
        "HOME",
        "USERPROFILE",
        "SYSTEMROOT",
        "TMPDIR",
        "TEMP",
        "XDG_CONFIG_HOME",
        "GIT_CONFIG_GLOBAL",
    )
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ATTR_NOSYSTEM": "1",
    }


def _failed(repo: str, stderr: bytes) -> EvidenceError:
    said = stderr.decode("utf-8", "replace").strip().splitlines()
    text = " ".join(said)
    if "not a git repository" in text:
        return _refusal(
            f"{repo!r} is not inside a git repository", "run inside the repository, with its history"
        )
    if "dubious ownership" in text:
        return _refusal(
            "git refuses the repository: another user owns it",
            "git config --global --add safe.directory PATH",
        )
    reason = said[0].removeprefix("fatal: ")[:200] if said else "without a reason"
    return _refusal(f"git refused: {reason}", "run the command by hand in the repository")


def _refusal(reason: str, hint: str) -> EvidenceError:
    return EvidenceError("E_NO_BASELINE", reason, hint=hint)


def _changed(diff: bytes) -> Iterator[tuple[str, frozenset[int]]]:
    """Paths and new line numbers of a unified diff without context.

    Bodies are passed over by the counts of their hunk header: an added line may itself look like a header.
    """
    path: str | None = None
    lines: set[int] = set()
    body = 0
    for text in diff.split(b"\n"):
        if body and text[:1] in (b"+", b"-"):
            body -= 1
        elif text.startswith(b"diff --git "):
            if path is not None:
                yield path, frozenset(lines)
            path, lines, body = None, set(), 0
        elif text.startswith(b"+++ ") and path is None:
            path = _new_path(text[4:])
        elif hunk := _HUNK.match(text):
            old, start, new = (int(part) if part is not None else 1 for part in hunk.groups())
            body = old + new
            lines.update(range(start, start + new))
    if path is not None:
        yield path, frozenset(lines)


def _new_path(text: bytes) -> str | None:
    name = text.removesuffix(b"\t")
    if name == b"/dev/null":
        return None
    if name.startswith(b'"') and name.endswith(b'"'):
        name = _ESCAPE.sub(_unescaped, name[1:-1])
    return _path(name.removeprefix(b"b/"))


def _unescaped(found: re.Match[bytes]) -> bytes:
    what = found[1]
    return bytes([int(what, 8) & 0xFF]) if len(what) == 3 else _NAMED.get(what, what)  # noqa: PLR2004 - octal digits


def _path(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
