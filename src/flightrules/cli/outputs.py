"""Which outputs there are, and writing them whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from flightrules.cli.discover import FOLDER
from flightrules.cli.terminal import say
from flightrules.errors import UsageError
from flightrules.inert import log_safe

if TYPE_CHECKING:
    from argparse import Namespace

    from flightrules.reports.report import Report

__all__ = ["OUTPUTS", "load_outputs", "split_output", "to_stdout", "write_file", "write_outputs"]

_MODULES = {
    "json": "json_report",
    "md": "markdown",
    "html": "html_page",
    "pdf": "pdf",
    "junit": "junit_xml",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "azuredevops": "azuredevops",
    "nogo": "nogo",
}
OUTPUTS = ("text", *_MODULES)
_FRESH = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
_OF_THE_SYSTEM = ("/dev/", "/proc/")
_READ_ALOUD = ("md", "nogo")  # lines that begin as evidence wants them to; a build host reads stdout along
_ALWAYS = {"html": "report.html", "md": "report.md", "json": "report.json"}


def load_outputs() -> None:
    """Load what every check needs once its evidence is read."""
    import_module("flightrules.engine.evaluate")
    import_module("flightrules.rules.digest")
    for name in ("text", *(_MODULES[kind] for kind in _ALWAYS)):
        import_module(f"flightrules.reports.{name}")


def write_outputs(report: Report, arguments: Namespace, root: str) -> str | None:
    """Write the report and what was asked for; returns the path of the page, relative to here."""
    for one in arguments.output:
        kind, path = split_output(one)
        write_file(path, _rendered(report, kind))
    if arguments.no_report:
        return None
    for kind, name in _ALWAYS.items():
        write_file(os.path.join(root, FOLDER, name), _rendered(report, kind), lasting=False)
    return os.path.relpath(os.path.join(root, FOLDER, "report.html"))


def split_output(one: str) -> tuple[str, str]:
    """Format and file of what ``--output`` says.

    Raises:
        UsageError: E_OUTPUT.
    """
    kind, sign, path = one.partition("=")
    if not sign or kind not in _MODULES:
        raise UsageError(
            "E_OUTPUT",
            f"--output {one[:60]!r} is no output",
            hint=f"write FORMAT=FILE with {', '.join(_MODULES)}",
        )
    return kind, path


def to_stdout(report: Report, kind: str) -> None:
    """The output itself; for GitHub the annotations, and the summary where the host wants it."""
    written = b"" if kind == "github" and _to_step_summary(report) else _rendered(report, kind)
    if kind == "github":
        from flightrules.reports.github import annotation_lines

        written = annotation_lines(report).encode() + written
    elif kind in _READ_ALOUD:
        written = log_safe(written.decode()).encode()
    say(written)


def _to_step_summary(report: Report) -> bool:
    """Append the summary to the file that GITHUB_STEP_SUMMARY names; false where none is named."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return False
    from flightrules.reports.github import MOST_BYTES, summary

    try:
        with open(path, "ab") as file:
            file.write(summary(report, MOST_BYTES - file.tell()).encode())
    except OSError as error:
        raise UsageError("E_WRITE", f"cannot write: {error.strerror}", file=path) from None
    return True


def write_file(path: str, data: bytes, *, lasting: bool = True) -> None:
    """Replace a file in one step, so that a reader never sees half of it; write to a pipe or a device.

    Args:
        path: the file.
        data: all of it.
        lasting: whether the system should see that it outlives a power cut; it can be written again if not.
    """
    folder = os.path.dirname(path) or "."
    try:
        if _is_stream(path):
            _pour(path, data)
            return
        os.makedirs(folder, exist_ok=True)
        temporary = os.path.join(folder, f".{os.path.basename(path)}.{os.getpid()}.part")
        _replace(path, temporary, data, lasting=lasting)
    except OSError as error:
        raise UsageError(
            "E_WRITE",
            f"cannot write: {error.strerror}",
            file=path,
            hint="check the folder and its permissions",
        ) from None


def _is_stream(path: str) -> bool:
    """Whether something else than a file is named: it would be lost if a file took its place.

    A link is one only where the system keeps its own; any other is replaced, and what it leads to stays.
    """
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return False
    if stat.S_ISLNK(mode):
        return os.path.abspath(path).startswith(_OF_THE_SYSTEM)
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _pour(path: str, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOCTTY | os.O_CLOEXEC)
    with open(descriptor, "wb") as stream:
        if stat.S_ISBLK(os.fstat(descriptor).st_mode):
            raise OSError(errno.ENOTSUP, "it is a disk")
        stream.write(data)


def _replace(path: str, temporary: str, data: bytes, *, lasting: bool) -> None:
    try:
        with open(os.open(temporary, _FRESH, 0o644), "wb") as file:
            if not lasting:
                _reserve(file.fileno(), len(data))
            file.write(data)
        os.replace(temporary, path)
    except OSError:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _reserve(descriptor: int, size: int) -> None:
    """Room on the disk: else ext4 waits for the disk when the file takes the place of an older one, 2 to 4 ms
    each where others write, too.
    """
    with suppress(OSError, AttributeError):  # not on this system; a full disk, the writing will tell
        os.posix_fallocate(descriptor, 0, size)


def _rendered(report: Report, kind: str) -> bytes:
    module = import_module(f"flightrules.reports.{_MODULES[kind]}")
    done = module.render(report)
    return done if isinstance(done, bytes) else str(done).encode("utf-8")
