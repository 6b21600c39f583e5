"""The whole service as it is started with no word more: it starts with nothing, survives its death, and leaves quietly."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest


def test_the_first_start_makes_a_home_and_prints_a_link_and_no_account(new_office):
    office = new_office
    office.serve()
    said = office.log()
    assert "Flightrules" in said
    assert f"http://127.0.0.1:{office.port}/setup?code=" in said
    assert oct(office.home.stat().st_mode)[-3:] == "700"
    assert oct((office.home / "flightrules.sqlite3").stat().st_mode)[-3:] == "600"
    until = time.monotonic() + 15
    while b'"worker": "ok"' not in (answer := office.get("/readyz"))[2] or answer[0] != 200:
        assert time.monotonic() < until, answer
        time.sleep(0.1)


def test_killed_it_comes_back_and_told_to_stop_it_finishes_and_says_zero(office):
    """How soon is measured by the benchmark; here a busy machine is no defect."""
    process = office.serve()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process = office.serve()  # nothing else holds the port
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", office.port), timeout=1):
        pass


def test_readers_of_event_streams_do_not_hold_the_stop_up(office):
    process = office.serve()
    reader = office.person(("viewer", "shop"))
    stream = _stream(office, reader["token"])
    assert stream.recv(4096).startswith(b"HTTP/1.1 200")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    stream.close()


def _stream(office, token: str) -> socket.socket:
    found = socket.create_connection(("127.0.0.1", office.port), timeout=20)
    asked = f"GET /api/v1/events?product=shop HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"
    found.sendall(asked.encode())
    return found


def test_a_port_that_is_taken_is_said_in_one_line(office):
    with socket.socket() as other:
        other.bind(("127.0.0.1", office.port))
        other.listen()
        process = office.run("serve", "--port", str(office.port))
        assert process.wait(timeout=20) == 2
    said = office.log()
    assert said.startswith("error E_PORT: cannot listen at 127.0.0.1:")
    assert "Traceback" not in said


def test_what_is_no_port_is_refused(office):
    asked = [office.run("serve", f"--port={port}") for port in ("0", "70000", "-1")]
    assert [process.wait(timeout=30) for process in asked] == [2, 2, 2]
    assert all("error E_PORT" in office.log(number) for number in range(3))


def test_no_web_process_is_too_few(office):
    process = office.run("serve", "--port", str(office.port), "--workers", "0")
    assert process.wait(timeout=20) == 2
    assert "error E_WORKERS" in office.log()


def test_a_home_that_cannot_be_made_is_said_in_one_line(office):
    process = office.run("serve", FLIGHTRULES_HOME="/proc/flightrules")
    assert process.wait(timeout=20) == 2
    said = office.log()
    assert said.startswith("error E_HOME: /proc/flightrules")
    assert "Traceback" not in said


def test_a_database_address_that_makes_no_sense_is_said_in_one_line(office):
    process = office.run("serve", FLIGHTRULES_DATABASE_URL="mysql://x")
    assert process.wait(timeout=20) == 2
    assert office.log().startswith("error E_DATABASE_URL")


def test_a_database_that_is_not_there_is_said_in_one_line_without_its_password(office):
    process = office.run("serve", FLIGHTRULES_DATABASE_URL="postgresql://u:hunter2secret@127.0.0.1:1/x")
    assert process.wait(timeout=30) == 2
    said = office.log()
    assert "error E_DATABASE: " in said
    assert "hunter2secret" not in said


def test_odd_surroundings_do_not_matter(office):
    """A zone that does not exist, a language without letters, no home folder: none of it is ours to need."""
    office.environment |= {"TZ": "Nowhere/Nothing", "HOME": "", "XDG_DATA_HOME": ""}
    office.environment |= {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    office.serve()


def test_nobody_reading_its_output_does_not_matter(office):
    read, write = os.pipe()
    os.close(read)
    process = subprocess.Popen(
        [sys.executable, "-m", "flightrules.cli.main", "serve", "--port", str(office.port)],
        env=office.environment,
        stdout=write,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    office.processes.append(process)
    office.home.with_suffix(".0.log").write_text("")
    office.await_answer(process)


def test_without_a_home_folder_anywhere_it_asks_for_one(office):
    environment = {k: v for k, v in office.environment.items() if k not in ("FLIGHTRULES_HOME", "HOME")}
    script = (
        "import os, pwd, sys; pwd.getpwuid = lambda _: (_ for _ in ()).throw(KeyError())\n"
        "sys.argv = ['flightrules', 'serve']\n"
        "from flightrules.cli.main import main; sys.exit(main(['serve']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error E_HOME: this user has no home folder")
