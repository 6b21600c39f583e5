"""Bringing the schema up must survive what happens at night: two starts at once, a kill at any step, old code."""

import os
import sys
import textwrap
from pathlib import Path

import pytest
from django.db import connection

from flightrules.errors import UsageError
from flightrules.service.config.migrate import migrate, missing_migrations

sqlite_only = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="makes its own SQLite files; PostgreSQL has its own test below"
)

CHILD = textwrap.dedent(
    """
    import os, signal, sys
    from flightrules.service.config.start import start
    start()
    from django.db import connection
    from flightrules.service.config.migrate import migrate

    sys.stdout.write("ready\\n"); sys.stdout.flush(); sys.stdin.readline()
    for target in filter(None, sys.argv[1].split(",")):
        pid = os.fork()
        if pid:
            _, status = os.waitpid(pid, 0)
            continue
        seen = 0
        def count(execute, sql, params, many, context):
            global seen
            seen += 1
            if seen == int(target):
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(sql, params, many, context)
        with connection.execute_wrapper(count):
            migrate()
        os._exit(0)
    print("applied", migrate())
    """
)


def _child(home: Path, points: str = ""):
    import subprocess

    environment = {k: v for k, v in os.environ.items() if not k.startswith(("FLIGHTRULES_", "COV"))}
    environment |= {
        "FLIGHTRULES_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "flightrules.service.config.settings",
    }
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, points],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_migrated_database_is_left_alone():
    assert migrate() == 0
    assert missing_migrations() == []


def test_a_schema_newer_than_the_code_is_refused_in_words():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('door', '0099_later', '2030-01-01')"
        )
    with pytest.raises(UsageError) as refused:
        migrate()
    assert refused.value.code == "E_SCHEMA_NEWER"
    assert "door.0099_later" in refused.value.message


@sqlite_only
def test_killed_again_and_again_the_next_run_goes_on(tmp_path):
    """Each round is killed some statements further than the last; the run after them all finds a sound schema."""
    points = ",".join(str(n) for n in (1, 2, 5, 9, 14, 22, 35, 48, 61))
    child = _child(tmp_path, points)
    out, _ = child.communicate("go\n", timeout=120)
    assert child.returncode == 0
    applied = int(out.split()[-1])
    assert applied > 0, "the kills came too late to prove anything"
    again = _child(tmp_path)
    out, _ = again.communicate("go\n", timeout=120)
    assert out.split()[-1] == "0"


@pytest.mark.slow
@sqlite_only
def test_killed_at_each_of_the_first_statements(tmp_path):
    for at in range(1, 120):
        home = tmp_path / str(at)
        child = _child(home, str(at))
        child.communicate("go\n", timeout=120)
        assert child.returncode == 0, at


@sqlite_only
def test_two_at_once_take_turns(tmp_path):
    first, second = _child(tmp_path), _child(tmp_path)
    for child in (first, second):
        assert child.stdout.readline() == "ready\n"
    for child in (first, second):
        child.stdin.write("go\n")
        child.stdin.flush()
    applied = sorted(int(child.communicate(timeout=120)[0].split()[-1]) for child in (first, second))
    assert applied[0] == 0
    assert applied[1] > 0


@sqlite_only
def test_a_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path, monkeypatch):
    from flightrules.service.config.migrate import _opened

    monkeypatch.setattr(os, "open", _refusing)
    with pytest.raises(UsageError) as refused:
        _opened(str(tmp_path / "db.migrating"))
    assert refused.value.code == "E_HOME"


def _refusing(*_):
    raise PermissionError(13, "Permission denied")
