"""Bad inputs of every class: refused with a code, a sentence and a place, within time and memory, opening nothing."""

import ast
import dataclasses
import json
import os
import re
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from flightrules.errors import EvidenceError
from flightrules.evidence import registry
from flightrules.evidence.source import SIZE_LIMIT, Source

OTHERS = ("rules ", "archives ", "ledger/")
SECONDS = 5
MEBIBYTES = 256
POSITIONED = {"E_MALFORMED", "E_TRUNCATED", "E_ROW_WIDTH", "E_DTD_FORBIDDEN", "E_TOO_MANY_ATTRS"}

NO_BODY = "the header announces what the body does not hold, or nothing shows that anything ran: no evidence"
ENGINE = "the artefact is sound by itself; its age and its gaps are judged where the criterion is"
ARGUED = {
    "csv-text-044": "a load table without times and results; a label that looks like a formula is text elsewhere",
    "csv-text-046": "a load table without times and results; a label with a line break is text elsewhere",
    "csv-text-061": NO_BODY,
    "json-load+e2e-069": NO_BODY,
    "json-scan-059": NO_BODY,
    "monitoring-060": ENGINE,
    "monitoring-062": ENGINE,
    "xml-coverage-065": NO_BODY,
}
"""Cases whose outcome differs from the table's, and why."""
needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")


def laughs(depth: int, root: str = "testsuite") -> str:
    entities = ['<!ENTITY a0 "lol">']
    entities += [f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, depth)]
    return f"<!DOCTYPE l [{''.join(entities)}]><{root}>&a{depth - 1};</{root}>"


OKJ = '<testsuite name="s" tests="1"><testcase classname="a" name="b"/></testsuite>'
WORDS = {"OKJ": OKJ, "laughs": laughs, "bytes": bytes, "range": range, "len": len, "str": str, "json": json}


def made(recipe: str) -> bytes | tuple:
    """The bytes of a recipe, which is an expression over literals; special files come as tuples."""
    value = eval(compile(ast.parse(recipe, mode="eval"), "recipe", "eval"), {"__builtins__": {}}, WORDS)  # noqa: S307 -- the vectors are this project's own
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


def cases(shared: Path) -> list[dict]:
    found = json.loads((shared / "vectors/bad_inputs.json").read_text(encoding="utf-8"))["cases"]
    return [case for case in found if not case["family"].startswith(OTHERS)]


CHILD = textwrap.dedent(
    """
    import importlib, json, re, sys, time
    from flightrules.errors import EvidenceError
    from flightrules.evidence import registry
    from flightrules.evidence.source import Source
    for one in registry.FORMATS:
        importlib.import_module("flightrules.evidence.formats." + one.module)
    opened, met, paths = [], {}, sys.argv[1:]
    def watch(event, details):
        if event == "open" and details[0] not in paths and not str(details[0]).endswith((".py", ".pyc", ".so")):
            opened.append(str(details[0]))
        if event.startswith(("socket.", "subprocess.", "os.system", "urllib.")):
            opened.append(event)
    sys.addaudithook(watch)
    for path in paths:
        begun = time.process_time()  # a busy machine is no defect
        try:
            with Source.open(path) as source:
                found = registry.read(source)
            said = {"read": [(one.metric, str(one.value)) for one in found.measurements][:4]}
        except EvidenceError as error:
            said = {name: getattr(error, name) for name in ("code", "message", "file", "line")}
        except BaseException as error:
            said = {"escaped": repr(error)[:200]}
        met[path.rpartition("/")[2]] = said | {"seconds": time.process_time() - begun}
    seen = list(opened)
    with open("/proc/self/status") as status:  # ru_maxrss would count the parent's memory before exec
        peak = int(re.search(r"VmHWM:\\s+(\\d+)", status.read()).group(1)) // 1024
    print(json.dumps({"met": met, "opened": seen, "peak": peak}))
    """
)
PROCESSES = 6


@dataclasses.dataclass(frozen=True)
class Looked:
    """How the bad inputs were met: each by its id, and what each process opened and took."""

    met: dict[str, dict]
    opened: list[str]
    peak: int


@pytest.fixture(scope="module")
def looked(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Looked:
    """Every bad input, read once, as a file, in processes that are watched.

    The bound on memory is that of one input; several processes share the work so that what one input leaves
    behind is not counted against the next. None is measured for coverage, which takes memory of its own.
    """
    folder, paths = tmp_path_factory.mktemp("bad"), []
    for case in cases(shared):
        data = made(case["recipe"])
        if isinstance(data, bytes):
            (folder / case["id"]).write_bytes(data)
            paths.append(str(folder / case["id"]))
    alone = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    found = []
    for part in (paths[at::PROCESSES] for at in range(PROCESSES)):
        command = [sys.executable, "-c", CHILD, *part]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=alone)
        assert done.returncode == 0, done.stderr[-2000:]
        found.append(json.loads(done.stdout))
    assert sum(len(one["met"]) for one in found) == len(paths)
    return Looked(
        {name: said for one in found for name, said in one["met"].items()},
        [name for one in found for name in one["opened"]],
        max(one["peak"] for one in found),
    )


def wrong(case: dict, said: dict | None) -> str | None:
    """What is wrong with the way this case was met; None where it is right, or no file could be made of it."""
    if said is None:
        return None
    if said["seconds"] > SECONDS:
        return "too slow"
    if "escaped" in said:
        return f"escaped: {said['escaped']}"
    if "code" in said:
        is_right = case["outcome"].startswith(("reject", "accept or"))
        return bad_refusal(said) or (None if is_right else f"refused: {said['code']} {said['message']}")
    if case["outcome"] in ("reject", "accept or reject, but criterion is UNDETERMINED"):
        return f"accepted: {said['read']}"
    return None


def bad_refusal(said: dict) -> str | None:
    code, message = said["code"], said["message"]
    if not re.fullmatch(r"E_[A-Z_]+", code):
        return f"the code {code} names no fault"
    if not message or "\n" in message or len(message) > 500:
        return f"the sentence of {code} is not one sentence: {message[:80]!r}"
    if code in POSITIONED and said["line"] is None and "merge conflict" not in message:
        return f"{code} without a place: {message}"
    return None if said["file"] else f"{code} without the file"


@pytest.mark.shared
@needs_proc
def test_every_class_of_bad_input_is_met_as_the_table_says(shared: Path, looked: Looked) -> None:
    met = {case["id"]: wrong(case, looked.met.get(case["id"])) for case in cases(shared)}
    unargued = {name: text for name, text in met.items() if text and name not in ARGUED}
    titles = {case["id"]: case["title"] for case in cases(shared)}
    assert not unargued, "\n".join(f"{name} ({titles[name]}): {text}" for name, text in unargued.items())
    assert not [name for name in ARGUED if name in met and met[name] is None], (
        "these need no argument any more"
    )


@pytest.mark.shared
@needs_proc
def test_one_class_of_fault_has_one_code_in_every_family(shared: Path, looked: Looked) -> None:
    codes: dict[str, set[str]] = {}
    for case in cases(shared):
        if case["layer"] == "transport" and case["id"] in looked.met:
            codes.setdefault(case["title"], set()).add(looked.met[case["id"]].get("code", "accepted"))
    assert {title: found for title, found in codes.items() if len(found) > 1} == {}


@pytest.mark.shared
@needs_proc
def test_all_of_them_stay_within_memory_and_open_nothing_else(looked: Looked) -> None:
    assert looked.opened == []
    assert looked.peak < MEBIBYTES


def refusal_of(path: Path) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught, Source.open(str(path)) as source:
        registry.read(source)
    return caught.value


def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal_of(tmp_path / "pipe").code == "E_NOT_A_FILE"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert refusal_of(tmp_path).code == "E_NOT_A_FILE"


def test_a_device_is_refused() -> None:
    assert refusal_of(Path("/dev/zero")).code == "E_NOT_A_FILE"


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert refusal_of(tmp_path / "nowhere.xml").code == "E_NOT_FOUND"


def test_a_path_through_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    assert refusal_of(tmp_path / "file" / "inside").code == "E_NOT_FOUND"


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    error = refusal_of(tmp_path / "a")
    assert (error.code, error.message) == ("E_NOT_FOUND", "too many links")


def test_a_file_over_the_limit_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(SIZE_LIMIT + 1)
    begun = time.monotonic()
    assert refusal_of(path).code == "E_TOO_LARGE"
    assert time.monotonic() - begun < 1


def test_a_sparse_file_at_the_limit_is_refused_soon(tmp_path: Path) -> None:
    path = tmp_path / "zeros"
    with path.open("wb") as file:
        file.truncate(SIZE_LIMIT)
    begun = time.monotonic()
    assert refusal_of(path).code == "E_BINARY"
    assert time.monotonic() - begun < SECONDS


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads files of any mode")
def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.xml"
    path.write_bytes(b"<testsuite/>")
    path.chmod(0)
    assert stat.S_IMODE(path.stat().st_mode) == 0
    assert refusal_of(path).code == "E_PERMISSION"


def test_no_permission_is_told_apart_from_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(EvidenceError) as caught:
        Source.open("secret.xml")
    assert caught.value.code == "E_PERMISSION"


def test_a_file_that_shrinks_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    path.write_bytes(OKJ.encode() + b" " * (1 << 20))
    with Source.open(str(path)) as source:
        os.truncate(path, 10)
        with pytest.raises(EvidenceError) as caught:
            registry.read(source)
    assert caught.value.code == "E_TRUNCATED"
