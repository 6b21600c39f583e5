"""An output never takes the place of what the verdict rests on, of another output, of a device or a pipe."""

import os
import stat
import threading

import pytest

from flightrules.cli.outputs import write_file
from flightrules.errors import ExitCode, UsageError


@pytest.mark.parametrize(
    "target",
    [
        ".flightrules.yml",
        "./.flightrules.yml",
        "reports/junit.xml",
        "jira.json",
        ".flightrules/waivers.yml",
        "link",
    ],
)
def test_nothing_that_was_read_is_overwritten(shop, target):
    shop.write(".flightrules/waivers.yml", "waivers: []\n")
    os.symlink("jira.json", "link")
    before = (shop.path / target).read_bytes()
    for arguments in (
        ("--output", f"html={target}"),
        ("--output", "md=new.md", "--output", f"json={target}"),
    ):
        code, out, err = shop.run("check", "--no-report", *arguments)
        assert (code, out) == (ExitCode.USAGE, "")
        assert "error E_OUTPUT:" in err
        assert "rests on this file" in err
        assert (shop.path / target).read_bytes() == before
        assert not os.path.exists("new.md"), "all places are looked at before anything is written"


def test_the_record_overwrites_no_key_and_no_evidence(shop):
    shop.run("keygen", "--out", "release.key")
    for target in ("release.key", "reports/junit.xml"):
        _, _, err = shop.run("check", "--no-report", "--sign", "release.key", "--attest", target)
        assert "error E_OUTPUT:" in err
    assert "PRIVATE KEY" in (shop.path / "release.key").read_text()


@pytest.mark.parametrize("second", ["page.html", "./page.html", "x/../page.html"])
def test_two_outputs_go_to_two_files(shop, second):
    _, _, err = shop.run("check", "--output", "html=page.html", "--output", f"json={second}", "--no-report")
    assert "error E_OUTPUT: " in err
    assert not os.path.exists("page.html")


@pytest.mark.parametrize("target", ["", "-"])
def test_stdout_is_said_with_format(shop, target):
    code, _, err = shop.run("check", "--no-report", "--output", f"json={target}")
    assert code == ExitCode.USAGE
    assert "--format" in err
    assert not os.path.exists("-")


def test_an_output_of_the_run_before_is_replaced(shop):
    for _ in range(2):
        assert shop.run("check", "--output", "html=out/page.html")[0] == 0


@pytest.fixture
def full(shop):
    """A device of this test's own that takes nothing: a fault would replace that of the machine, for everybody."""
    try:
        os.mknod("full", 0o666 | stat.S_IFCHR, os.makedev(1, 7))
    except OSError:
        pytest.skip("only root makes a device")
    return "full"


def test_a_device_stays_a_device(full):
    """As root a file would have taken its place."""
    with pytest.raises(UsageError) as refused:
        write_file(full, b"said")
    assert refused.value.code == "E_WRITE"
    assert stat.S_ISCHR(os.lstat(full).st_mode)


def test_a_link_is_replaced_but_for_those_of_the_system(shop, monkeypatch):
    """What a repository brings leads no output elsewhere; /dev/stdout does."""
    (shop.path / "own").write_bytes(b"mine")
    for name in ("link", "stdout"):
        os.symlink("own", name)
    monkeypatch.setattr("flightrules.cli.outputs._OF_THE_SYSTEM", (str(shop.path / "stdout"),))
    write_file("link", b"page")
    write_file("stdout", b" and more")
    assert (shop.path / "own").read_bytes() == b"mine and more"
    assert not os.path.islink("link")
    assert os.path.islink("stdout")


def test_a_pipe_gets_the_output(shop):
    os.mkfifo("pipe")
    heard = []
    listener = threading.Thread(target=lambda: heard.append((shop.path / "pipe").read_bytes()))
    listener.start()
    write_file("pipe", b"said")
    listener.join(5)
    assert heard == [b"said"]
    assert stat.S_ISFIFO(os.lstat("pipe").st_mode)


@pytest.mark.parametrize("fault", [OSError("no such call here"), AttributeError("posix_fallocate"), None])
def test_what_need_not_last_is_written_all_the_same_where_no_room_can_be_kept(shop, monkeypatch, fault):
    def reserve(*_):
        raise fault

    if fault is not None:
        monkeypatch.setattr(os, "posix_fallocate", reserve, raising=False)
    for said in (b"a long one", b"", b"then"):
        write_file("page", said, lasting=False)
        assert (shop.path / "page").read_bytes() == said
