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
    Code("E_BLOB_MISSING", "evidence bytes are missing from the store", "A verdict on bytes that nobody can look at any more proves nothing, so it blocks.", "Restore the bytes from a backup; any file with the same digest will do."),
    Code("E_BLOB_STORE", "the store of evidence cannot be used", "What cannot be kept is not taken in.", "Check FLIGHTRULES_BLOBS, the disk and the permissions."),
    Code("E_BLOB_TAMPERED", "evidence bytes were changed in the store", "They no longer have the digest under which they were taken in, so they block.", "Restore the bytes from a backup, and find out who changed them."),
    Code("E_LEDGER_TIP", "the ledger's tip is not as it was signed", "Signing on top of it would vouch for what was never recorded here.", "Run `flightrules ledger verify`; restore the ledger from a backup."),
    Code("E_SIGNING_KEY", "the ledger's signing key cannot be used", "An entry without a signature proves nothing, and what is not recorded is not done.", "Put the key back or name the signer; `flightrules doctor` tells more."),
    # people
    Code("E_NOT_FOUND", "there is no such thing here", "What belongs to others reads the same as what does not exist.", "Check the key, and whether you hold a role in that product."),
    Code("E_POWER", "the role does not allow this", "Powers are separate, and none comes with being an administrator.", "Ask for the role that has the power named in the message."),
    # notices
    Code("E_CHANNEL_ADDRESS", "the channel's address cannot be used", "An address that a person types could make the service talk to machines behind its own walls.", "Use the https:// address that the chat or the receiver shows; an operator can allow inner hosts by FLIGHTRULES_NOTICE_HOSTS."),
    Code("E_CHANNEL_ENDED", "the channel was ended", "What was on its way to it is given up.", "Subscribe it anew."),
    Code("E_CHANNEL_GONE", "the receiver is gone for good", "The channel said so itself, or the person left.", "Subscribe another channel, then send the notice again."),
    Code("E_CHANNEL_REFUSED", "the receiver did not take the notice", "It answered with an error or a redirect; the notice is tried again later.", "Look at the receiver; notices that were given up can be sent again."),
    Code("E_CHANNEL_SEAL", "the channel was sealed with another secret key", "Addresses are kept encrypted with a key made from the session secret.", "Put the old secret key back, or subscribe the channel anew."),
    Code("E_CHANNEL_UNREACHABLE", "the receiver cannot be reached", "The notice waits and is tried again, with longer pauses, for two days.", "Look at the receiver and at the network between."),
    Code("E_CHANNELS_LIMIT", "the product has too many channels", "Each notice goes through every channel.", "End channels that nobody reads."),
    Code("E_EVENT_STREAMS", "too many event streams are open", "Each holds a place in the server, and decisions come first.", "Wait as `Retry-After` says, then reconnect with the last id."),
    Code("E_NOTICE_NOT_DEAD", "the notice was not given up", "Sending what is under way again would tell it twice.", "Wait; it is tried again by itself."),
    # catalogue, releases and readiness
)
# fmt: on
