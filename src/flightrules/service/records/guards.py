"""The rules that the database itself enforces on the ledger's tables, on SQLite and on PostgreSQL.

They stop mistakes and careless hands, not the owner of the database: who can drop a trigger can also be found
out by ``flightrules ledger verify``.
"""

from __future__ import annotations

from typing import Any

__all__ = ["install", "remove"]

_TABLES = ("entry", "blob", "office", "checkpoint", "stream", "personaldatum")
_NEVER_CHANGED = {"entry": "true", "blob": "true", "office": "true"}
_CHANGED = {
    **_NEVER_CHANGED,
    "checkpoint": (
        "OLD.note <> NEW.note OR OLD.size <> NEW.size OR OLD.stream_id <> NEW.stream_id OR OLD.at <> NEW.at"
    ),
    "stream": "OLD.name <> NEW.name OR NEW.size < OLD.size",
    "personaldatum": (
        "OLD.commitment <> NEW.commitment OR OLD.about <> NEW.about"
        " OR NEW.value IS NOT NULL OR NEW.salt IS NOT NULL"
    ),
}
_SAID = "the ledger is only appended to"


def install(cursor: Any, vendor: str) -> None:
    """Make the rules; those that are there already are made anew."""
    remove(cursor, vendor)
    for statement in _postgresql() if vendor == "postgresql" else _sqlite():
        cursor.execute(statement)


def remove(cursor: Any, vendor: str) -> None:
    """Take the rules away: for tests that empty their database, and for going back before this migration."""
    for table in _TABLES:
        for what in ("changed", "deleted", "emptied"):
            on = f" ON records_{table}" if vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS records_{table}_{what}{on}")


def _sqlite() -> list[str]:
    made = []
    for table in _TABLES:
        then = f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
        changed = f"records_{table}_changed BEFORE UPDATE ON records_{table} WHEN {_CHANGED[table]}"
        made.append(f"CREATE TRIGGER {changed} {then}")
        made.append(f"CREATE TRIGGER records_{table}_deleted BEFORE DELETE ON records_{table} {then}")
    return made


def _postgresql() -> list[str]:
    raised = f"BEGIN RAISE EXCEPTION '{_SAID}' USING ERRCODE = 'restrict_violation'; END"
    made = [f"CREATE OR REPLACE FUNCTION records_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ {raised} $$"]
    for table in _TABLES:
        on, then = f"ON records_{table}", "EXECUTE FUNCTION records_refuse()"
        changed = f"records_{table}_changed BEFORE UPDATE {on} FOR EACH ROW WHEN ({_CHANGED[table]})"
        made.append(f"CREATE TRIGGER {changed} {then}")
        made.append(f"CREATE TRIGGER records_{table}_deleted BEFORE DELETE {on} FOR EACH ROW {then}")
        made.append(f"CREATE TRIGGER records_{table}_emptied BEFORE TRUNCATE {on} FOR EACH STATEMENT {then}")
    return made
