"""From the bytes of a rulebook file to its text: what cannot be a rulebook is refused by name."""

from __future__ import annotations

from flightrules.errors import RulebookError

__all__ = ["SIZE_LIMIT", "decode", "refuse_conflict_markers"]

SIZE_LIMIT = 4 << 20
_BINARY_STARTS = (
    b"\x89PNG",
    b"%PDF-",
    b"\x7fELF",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"GIF8",
    b"\xff\xd8\xff",
)
_WIDE_STARTS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_HTML_STARTS = ("<!doctype html", "<html", "<head", "<body")
_CONFLICT_MARKS = ("<<<<<<< ", ">>>>>>> ", "||||||| ")


def decode(data: bytes, name: str) -> str:
    """The text of the file, without a byte order mark and with plain line ends.

    Raises:
        RulebookError: E_TOO_LARGE, E_EMPTY, E_BINARY, E_ENCODING, E_HTML_PAGE or E_LFS_POINTER.
    """
    if len(data) > SIZE_LIMIT:
        message = f"the file has {len(data)} bytes; the limit is {SIZE_LIMIT}"
        raise RulebookError(
            "E_TOO_LARGE", message, file=name, hint="a rulebook is short; split other data from it"
        )
    if data.startswith(_WIDE_STARTS):
        raise _encoding("the file is UTF-16 or UTF-32, not UTF-8", name, 1, 1)
    if data.startswith(_BINARY_STARTS) or b"\0" in data:
        raise _whole_file(
            "E_BINARY", "the file is binary data, not a rulebook", name, "name the YAML file itself"
        )
    text = _utf8(data, name).removeprefix("\ufeff").replace("\r\n", "\n")
    _refuse_foreign(text.lstrip(), name)
    return text


def refuse_conflict_markers(text: str, name: str) -> None:
    """Two sides of an unfinished merge are not one agreement."""
    if not any(mark in text for mark in _CONFLICT_MARKS):
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith(_CONFLICT_MARKS):
            raise RulebookError(
                "E_MALFORMED",
                "the file holds merge conflict markers",
                file=name,
                line=number,
                column=1,
                hint="decide for one side and remove the markers",
            )


def _utf8(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        head = data[: error.start]
        line = head.count(b"\n") + 1
        column = len(head.rsplit(b"\n", 1)[-1].decode("utf-8", "replace")) + 1
        raise _encoding(f"not valid UTF-8 at byte {error.start}", name, line, column) from None


def _refuse_foreign(text: str, name: str) -> None:
    if not text:
        raise _whole_file(
            "E_EMPTY", "the file has no content", name, "run `flightrules init` to write a rulebook"
        )
    if text[:20].lower().startswith(_HTML_STARTS):
        raise _whole_file(
            "E_HTML_PAGE",
            "this is an HTML page (a login or error page?)",
            name,
            "fetch the file again with credentials",
        )
    if text.startswith("version https://git-lfs.github.com/"):
        raise _whole_file("E_LFS_POINTER", "the file is a Git LFS pointer", name, "run `git lfs pull`")


def _whole_file(code: str, message: str, name: str, hint: str) -> RulebookError:
    return RulebookError(code, message, file=name, line=1, column=1, hint=hint)


def _encoding(message: str, name: str, line: int, column: int) -> RulebookError:
    return RulebookError(
        "E_ENCODING", message, file=name, line=line, column=column, hint="save the file as UTF-8"
    )
