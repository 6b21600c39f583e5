"""Faults of the command line."""

from __future__ import annotations

from flightrules.errors.code import Code

__all__ = ["CLI_CODES"]

# fmt: off
CLI_CODES: tuple[Code, ...] = (
    Code("E_COMMAND", "there is no such command", "A misspelt command must not pass as a check.", "See `flightrules --help`."),
    Code("E_GATE", "there is no such gate", "A check without a gate would evaluate nothing.", "Name a gate of the rulebook with --gate."),
    Code("E_CRITERION", "the gate has no such criterion", "There is nothing to explain.", "Name one of the gate's criteria."),
    Code("E_TOPIC", "nothing is called that", "There is nothing to explain.", "See `flightrules explain` for what there is."),
    Code("E_METHOD", "no evidence source has that name", "Files must belong to a declared method.", "Write --evidence METHOD=PATH with a method of the rulebook."),
    Code("E_ARGUMENT", "the command needs to be told more", "Nothing is done by guess.", "See `--help` of the command."),
    Code("E_RULEBOOK_OTHER", "the file is not the edition that is signed", "Whoever signs agrees to exactly one file.", "Read what was proposed with `flightrules rulebook source`."),
    Code("E_WORKLOAD_IDENTITY", "nothing shows who runs this job", "A pipeline without a stored token shows its provider's own.", "Set FLIGHTRULES_IDENTITY to github, env:NAME or file:PATH."),
    Code("E_REMOTE_PERSON", "nobody, or more than one person, has that name", "Whoever is named is on record.", "Name the person by key."),
    Code("E_UPSTREAM", "the file shows no pass in another environment", "A build passed only where a verdict on it says so.", "Write it there with `flightrules check --environment NAME --artefact FILE --attest FILE`."),
    Code("E_TIME", "the moment cannot be read", "A time without a zone could mean another day.", "Write RFC 3339 with a zone: 2026-11-21T09:00:00Z."),
    Code("E_CASE", "the command needs to know more", "Nothing is exported, proved or anchored by guess.", "See `flightrules ledger --help`."),
    Code("E_OUTPUT", "there is no such output, or it cannot go there", "Nothing would be written, or what was read would be lost.", "Write --output FORMAT=FILE with one of the formats, and a file of its own."),
    Code("E_WRITE", "a file cannot be written", "The result would be lost.", "Check the folder, its permissions and the disk."),
    Code("E_EXISTS", "the file is there already", "Keys and rulebooks are never overwritten.", "Name another file, or move the old one away."),
    Code("E_SIGN", "signing needs a key and a place", "A record without either cannot be made.", "Give both --sign KEY and --attest FILE."),
    Code("E_SUBJECT", "nothing says what is released", "A signature must be bound to an artefact or a commit.", "Give --artefact FILE, or run inside a git repository."),
    Code("E_PASSPHRASE", "the passphrase is missing", "It is read from an environment variable only, never from the command line.", "Set the variable that the message names."),
    Code("E_EXTRA", "an optional part is not installed", "Heavy parts are extras, so that pipelines stay small.", "Install the extra that the message names."),
    Code("E_DEMO", "the demo would mix with real data", "Made-up releases beside real ones could be taken for them.", "Set FLIGHTRULES_HOME to an empty folder and FLIGHTRULES_DATABASE_URL to an empty database."),
    Code("E_REMOTE", "the service's answer is not understood", "Something else than Flightrules answers at that address.", "Check FLIGHTRULES_URL."),
    Code("E_REMOTE_INSECURE", "the token would travel in the clear", "Whoever reads it on the way can use it.", "Use https://; http:// is for this machine alone."),
    Code("E_GATE_ATTESTATION", "attestation and key go together", "A signature that is compared with no key proves nothing.", "Give --attestation FILE and --key PEM, or neither."),
    Code("E_REMOTE_DEFECT", "the register holds no such defect", "A defect that nobody recorded cannot be accepted.", "Record it in the register first."),
    Code("E_REMOTE_POLL", "nothing is asked that could be signed", "A signature answers a poll or an override.", "Have the release manager open a poll, or ask for the override first."),
    Code("E_REMOTE_RELEASE", "the service knows no such release", "Evidence belongs to a release that people have opened.", "Open it first, or check --product, --release and the token's product."),
    Code("E_REMOTE_RUN", "the service could not judge the gate", "The message says what it met; nothing was decided.", "Look into the service's log, then push again."),
    Code("E_REMOTE_WAIVER", "the criterion is not waived here", "Only a waiver that somebody granted can be approved.", "To waive it yourself, give --reason, --control and --until."),
    Code("E_REMOTE_SETTING", "nothing says where the service is or who asks", "Both are settings of the environment, never of the command line.", "Set FLIGHTRULES_URL and FLIGHTRULES_TOKEN."),
    Code("E_SIGN_EXPIRED", "nobody confirmed it in the browser", "A confirmation waits for five minutes.", "Run the command again, and open the address that it shows."),
    Code("E_SIGN_REFUSED", "it was refused in the browser", "Who was asked to confirm said that it was not they, or not now.", "Run the command again if it was you; else revoke the token."),
    Code("E_SIGN_TERMINAL", "there is nothing to read the proof from", "A proof is typed, or confirmed in the browser; it is never an argument or a variable, which others can read.", "Run it in a terminal, with --browser, or with the code on stdin and --code-stdin."),
    Code("E_REMOTE_UNREACHABLE", "the service cannot be reached", "It was asked several times.", "Check FLIGHTRULES_URL, the network, and that the service runs."),
    Code("E_INTERNAL", "Flightrules has a defect", "Something happened that must not happen; nothing was decided.", "Set FLIGHTRULES_DEBUG=1 and report what it prints."),
)
# fmt: on
