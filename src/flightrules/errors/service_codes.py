"""Refusals of the service; the problem documents of REST carry the same codes."""

from __future__ import annotations

from flightrules.errors.code import Code

__all__ = ["SERVICE_CODES"]

# fmt: off
SERVICE_CODES: tuple[Code, ...] = (
    # the door
    Code("E_BODY_TOO_LARGE", "the body of the request is too large", "A request is refused by its stated length before anything parses it.", "Send evidence to the evidence route, which takes large files."),
    Code("E_DATABASE", "the database cannot be used now", "A change that cannot be recorded is not made; nothing was changed.", "Try again shortly with the same idempotency key."),
    Code("E_DATABASE_URL", "the database's address is not understood", "Flightrules keeps its records in SQLite or PostgreSQL.", "Write `postgresql://user:password@host/name` in FLIGHTRULES_DATABASE_URL, or leave it out for SQLite."),
    Code("E_HTTP", "the request was refused", "The framework refused it before Flightrules saw it.", "Read the detail of the problem document."),
    Code("E_IDEMPOTENCY_KEY", "the idempotency key cannot be used", "It is kept with the answer, so it has a limit.", "Send a key of at most 200 characters, such as a UUID."),
    Code("E_IDEMPOTENCY_REUSED", "the idempotency key was used for another request", "One key stands for one change; another body under it would be answered with the first one's result.", "Make a new key for a new request."),
    Code("E_IF_MATCH", "the thing has changed since it was read", "Somebody else wrote in between; writing now would undo it unseen.", "Read it again, then decide."),
    Code("E_IF_MATCH_MISSING", "the request does not say which state was read", "Without it one person's edit silently replaces another's.", "Send `If-Match` with the ETag of your last read."),
    Code("E_INVALID_BODY", "the request does not have the stated form", "The OpenAPI document says which members and types are taken.", "Correct the members named in `errors`."),
    Code("E_PAGE", "the page asked for does not exist", "`after` is the `next` of the page before, nothing else.", "Start without `after`."),
    Code("E_RATE_LIMIT", "too many requests", "The service protects everybody's decisions from a flood.", "Wait as `Retry-After` says."),
    Code("E_UNAUTHENTICATED", "nobody known asks", "The token is missing, expired, revoked, or its owner was disabled.", "Sign in, or send `Authorization: Bearer TOKEN`."),
    # running the service
    Code("E_HOME", "the service's folder cannot be used", "Keys, the database and evidence lie there; without it nothing could be kept.", "Set FLIGHTRULES_HOME to a folder that the service's user may write."),
    Code("E_MIGRATION_BUSY", "another process is migrating the database", "Two migrations at once would trip over each other, so they take turns.", "Wait for the other one; if it hangs, end it: nothing half done stays behind."),
    Code("E_PORT", "the port cannot be used", "Another program listens there, or this user may not.", "Choose another with --port, or end the other program."),
    Code("E_SCHEMA_NEWER", "the database's schema is newer than the code", "Old code would write what new code does not expect.", "Start the newer Flightrules, or restore a backup made before the upgrade."),
    Code("E_SETTING", "a setting cannot be understood", "A setting that is read wrongly is worse than none.", "Correct the variable that the message names."),
    Code("E_WORKERS", "this many processes cannot share the database", "SQLite is one machine's and one web process's.", "Leave --workers out, or set FLIGHTRULES_DATABASE_URL to PostgreSQL."),
    # the ledger
    Code("E_SIGNING_KEY", "the ledger's signing key cannot be used", "An entry without a signature proves nothing, and what is not recorded is not done.", "Put the key back or name the signer; `flightrules doctor` tells more."),
    # people
    Code("E_NOT_FOUND", "there is no such thing here", "What belongs to others reads the same as what does not exist.", "Check the key, and whether you hold a role in that product."),
    Code("E_POWER", "the role does not allow this", "Powers are separate, and none comes with being an administrator.", "Ask for the role that has the power named in the message."),
    # catalogue, releases and readiness
)
# fmt: on
