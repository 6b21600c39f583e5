"""Refusals of the service; the problem documents of REST carry the same codes."""

from __future__ import annotations

from flightrules.errors.code import Code
from flightrules.errors.doctor_codes import DOCTOR_CODES

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
    Code("E_BACKUP", "the folder is no backup that can be restored", "Half a backup would pass for a whole one.", "Name a folder that `flightrules backup` finished, for this kind of database."),
    Code("E_BLOB_MISSING", "evidence bytes are missing from the store", "A verdict on bytes that nobody can look at any more proves nothing, so it blocks.", "Restore the bytes from a backup; any file with the same digest will do."),
    Code("E_BLOB_STORE", "the store of evidence cannot be used", "What cannot be kept is not taken in.", "Check FLIGHTRULES_BLOBS, the disk and the permissions."),
    Code("E_BLOB_TAMPERED", "evidence bytes were changed in the store", "They no longer have the digest under which they were taken in, so they block.", "Restore the bytes from a backup, and find out who changed them."),
    Code("E_LEDGER_TIP", "the ledger's tip is not as it was signed", "Signing on top of it would vouch for what was never recorded here.", "Run `flightrules ledger verify`; restore the ledger from a backup."),
    Code("E_SIGNING_KEY", "the ledger's signing key cannot be used", "An entry without a signature proves nothing, and what is not recorded is not done.", "Put the key back or name the signer; `flightrules doctor` tells more."),
    Code("E_WITNESS", "no witness outside vouches for the head", "Without a witness a lost tail cannot be shown; the ledger itself is as it was.", "Check the authority's address and roots, or the git folder, and try again."),
    Code("E_NOT_EMPTY", "there is something here already", "A restore over existing records would destroy them.", "Restore into a new FLIGHTRULES_HOME and an empty database."),
    Code("E_TOOL", "a tool of the database is not found", "A dump can only be read by the database's own tools.", "Install them, or name their folder in FLIGHTRULES_POSTGRESQL_TOOLS."),
    # people
    Code("E_ALREADY", "it is so already", "What was asked for would change nothing, so nothing is recorded as changed.", "Read the state again."),
    Code("E_DELEGATE", "a role is lent to somebody else", "Standing in for oneself changes nothing.", "Name another person."),
    Code("E_DELEGATION_DEPTH", "what was lent cannot be lent on", "A seat whose voice wanders is nobody's responsibility.", "Ask the holder of the role to lend it to that person."),
    Code("E_DELEGATION_TIME", "the time of the delegation makes no sense", "A delegation begins now or later, ends after that, and does not last for ever.", "Choose a shorter time; FLIGHTRULES_DELEGATION_DAYS is the longest."),
    Code("E_EMAIL", "this is no e-mail address", "People sign in with it and are told things there.", "Write it as name@host, in ASCII."),
    Code("E_EMAIL_TAKEN", "an account with this address exists", "One address opens one account.", "Use another address, or the account that exists."),
    Code("E_IDENTITY_TAKEN", "this identity belongs to an account already", "An issuer and subject stand for one account.", "Sign in with it, or unlink it there first."),
    Code("E_ISSUER", "the identity is not from the provider that is trusted here", "Subjects are only unique within one issuer.", "Check FLIGHTRULES_OIDC_ISSUER against what the provider's configuration says."),
    Code("E_LAST_ADMINISTRATOR", "nobody would be left to manage people", "An office that nobody can manage cannot shut anybody out.", "Grant the role to somebody else first, and wait for the cool-down."),
    Code("E_LINK", "the one-time link does not work (any more)", "Each works once, for a short time, and the first set-up's only while there is no account.", "Ask for a new one; `flightrules serve` prints the first set-up's."),
    Code("E_MACHINE_DISABLED", "the machine is disabled", "A machine that was shut out stays so.", "Register a new one."),
    Code("E_NAME", "the name cannot be shown", "Characters that cannot be seen make one name look like another.", "Write it in visible letters, 120 at most."),
    Code("E_NOT_DISABLED", "the person is not disabled", "Erasing cannot be undone, so it is the second step.", "Disable the person first."),
    Code("E_NO_ACCOUNT", "no account here belongs to this identity", "An e-mail address that a provider vouches for opens no account.", "Ask for an invitation and follow its link first."),
    Code("E_PASSWORD", "the password is refused", "It is short, among the most common ones, or close to the name.", "Take a sentence of 15 characters or more."),
    Code("E_PERSON", "there is no such person, or they are disabled", "Roles and tasks go to people who are there.", "Check the key."),
    Code("E_PROOF_LOCKED", "too many wrong proofs", "Five in a row may be somebody guessing.", "Wait as `Retry-After` says; who manages people can unlock the account."),
    Code("E_PROOF_OF_MACHINE", "a machine proves nothing", "Machines bring evidence and never sign.", "Let a person do it."),
    Code("E_PROOF_WRONG", "this does not prove who you are", "The code is wrong, old, or was used before; or the password is wrong.", "Send the code that the authenticator app shows now."),
    Code("E_RASCI_ACCOUNTABLE", "not exactly one role is accountable", "With none nobody answers; with two nobody does either.", "Name one role under `accountable`; several may be `responsible`."),
    Code("E_RASCI_PRESET", "no preset has that name", "Presets ship with the product.", "Take qa-led, sponsor-led or cab-led, or `custom` with activities."),
    Code("E_RASCI_RESPONSIBLE", "nobody is responsible for an activity", "Somebody has to do it.", "Name a role under `responsible`."),
    Code("E_RASCI_SIZE", "too many or no activities", "What nobody can read nobody keeps to.", "State 1 to 50 activities with at most 30 roles a letter."),
    Code("E_REAUTH_REQUIRED", "a fresh proof of who asks is needed", "A stolen session or token must not be enough for what binds a person.", "Send a code of the authenticator app as `Flightrules-Proof`, or sign in again."),
    Code("E_ROLE", "this is no role", "Roles are named by letters, digits and hyphens.", "Write it as in the rulebook, such as qa-lead."),
    Code("E_ROLE_ENDS", "the role would end before it begins", "A grant that never holds is a mistake.", "Choose a later end, or none."),
    Code("E_ROLE_HELD", "the person has the role already", "Two grants of one role would outlive each other's revocation.", "Revoke the grant first to change it."),
    Code("E_ROLE_NOT_HELD", "the role is not held here", "Only who holds a role by a grant that counts can lend it or have a deputy in it.", "Check role and product, and whether the cool-down is over."),
    Code("E_ROLE_NOT_LENT", "this role cannot be lent", "Managing people is granted, never lent.", "Grant the role to another person."),
    Code("E_SCOPE", "the token cannot have that scope", "Scopes are powers; a token never has more than who issues it, and a machine's only reads and brings evidence.", "Choose among the scopes that the message names."),
    Code("E_SECOND_FACTOR", "a second factor is missing", "Roles that allow more than reading ask for one.", "Add a passkey or an authenticator app on the security page."),
    Code("E_SELF_GRANT", "nobody gives power to themselves", "Not through a second account either: it is the person that counts.", "Ask another person who manages people."),
    Code("E_SELF_RENAME", "nobody chooses the name that others see beside a signature", "Names are how people take each other for somebody else.", "Ask another person who manages people."),
    Code("E_TOKEN_DAYS", "the token would live too long", "A token that never ends is found by somebody in the end.", "Choose fewer days; FLIGHTRULES_TOKEN_DAYS is the longest."),
    Code("E_TOKEN_OWNER", "a machine issues no tokens", "Tokens come from people who can be asked.", "Let who manages people issue it."),
    Code("E_TOKEN_REFUSED", "a token that was issued here was refused", "It is revoked or expired, or its owner was disabled; the attempt is on record.", "Issue a new one, if its owner is still known."),
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
    *DOCTOR_CODES,
)
# fmt: on
