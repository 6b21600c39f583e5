"""What ``flightrules doctor`` finds; its way out stands here and nowhere else."""

from __future__ import annotations

from flightrules.errors.code import Code

__all__ = ["DOCTOR_CODES"]

# fmt: off
DOCTOR_CODES: tuple[Code, ...] = (
    Code("D_HOME_OPEN", "others may look into the home", "Keys, the database and evidence lie there.", "Chmod 700 the home and its folders."),
    Code("D_KEYS_OPEN", "others may read a secret file", "Who reads the keys can sign in the service's name; who reads the database reads everything.", "Chmod 600 the file, and make a new key if others may have read it."),
    Code("D_HOME_FULL", "the disk under the home is nearly full", "What cannot be recorded is not done.", "Make room: without it nothing is recorded, so nothing is done."),
    Code("D_SIGNING_KEY", "the ledger's signing key cannot be used", "Nothing is recorded without it.", "Put the key back, or name the signer in FLIGHTRULES_SIGNER."),
    Code("D_DATABASE", "the database does not answer", "Nothing works without it.", "Check FLIGHTRULES_DATABASE_URL, the server and the disk."),
    Code("D_SCHEMA", "the database's schema is not this code's", "Code and schema of two versions do not understand each other.", "Start `flightrules serve` or `flightrules worker` of this version once."),
    Code("D_CLOCK", "a clock is wrong", "Freshness, windows and expiries rest on the clock.", "Set the clock by NTP on every machine."),
    Code("D_HTTP", "the base URL is not https", "Sessions, tokens and evidence would travel in the open.", "Set FLIGHTRULES_BASE_URL to the https address that people use."),
    Code("D_HOSTS_WILD", "any host name is answered to", "A forged host name in a link sends people elsewhere.", "Name each host in FLIGHTRULES_ALLOWED_HOSTS."),
    Code("D_HOSTS_OTHER", "the base URL's host is not answered to", "People would be refused at the address that is written into their notices.", "Add the base URL's host to FLIGHTRULES_ALLOWED_HOSTS."),
    Code("D_DEBUG", "debugging is on", "Faults would show what is inside.", "Leave FLIGHTRULES_DEBUG out."),
    Code("D_SECRET_SHORT", "the secret key can be guessed", "Who guesses it makes sessions of anybody.", "Leave FLIGHTRULES_SECRET_KEY out, and one is made."),
    Code("D_SECRET_KNOWN", "the secret key is a well-known one", "Who knows it makes sessions of anybody.", "Leave FLIGHTRULES_SECRET_KEY out, and one is made."),
    Code("D_SQLITE_SHARED", "SQLite lies on a file system of the network", "Its locks and its shared memory are good within one machine; over a network two writers destroy it.", "Keep the home on a disk of this machine, or use PostgreSQL."),
    Code("D_SQLITE_LOSES", "SQLite may lose what was acknowledged", "A decision that was confirmed must survive a loss of power.", "Leave the database's options as Flightrules sets them."),
    Code("D_POSTGRESQL_LOSES", "PostgreSQL may lose what was acknowledged", "A decision that was confirmed must survive a loss of power.", "Turn it on again in postgresql.conf."),
    Code("D_POSTGRESQL_PLAIN", "the way to the database is not proved safe", "Somebody between could read and change everything.", "Add ?sslmode=verify-full to FLIGHTRULES_DATABASE_URL."),
    Code("D_POSTGRESQL_SUPERUSER", "the service is the database's superuser", "A fault in the service would be a fault in the whole server.", "Give the service a role of its own that owns its database."),
    Code("D_MAIL_NONE", "no mail server is named", "Nobody would get a mail; notices wait and are given up after two days.", "Set FLIGHTRULES_SMTP_URL."),
    Code("D_MAIL_PLAIN", "mail goes out without TLS", "The password and what is told travel in the open.", "Write smtps:// or smtp+starttls:// in FLIGHTRULES_SMTP_URL."),
    Code("D_MAIL_DOMAIN", "mail comes from nowhere", "Mail from a domain that does not exist is taken for spam.", "Set FLIGHTRULES_MAIL_DOMAIN to your own."),
    Code("D_PROXY_UNSAID", "the proxy is not declared", "All callers would share the proxy's address and its rate limit.", "Set FLIGHTRULES_BEHIND_PROXY=yes behind a proxy that sets X-Forwarded-*."),
    Code("D_PROXY_PLAIN", "a proxy is believed without https", "Anybody could say whose address they come from.", "Set FLIGHTRULES_BASE_URL to https, or leave FLIGHTRULES_BEHIND_PROXY out."),
    Code("D_RATE_OFF", "a rate limit is off", "One caller could keep everybody else waiting.", "Leave FLIGHTRULES_RATE_PER_CALLER and FLIGHTRULES_RATE_PER_ADDRESS out."),
    Code("D_BODY_LIMIT", "large bodies are read into memory", "A few of them would exhaust the machine.", "Leave FLIGHTRULES_BODY_LIMIT out."),
    Code("D_METRICS_OPEN", "the counts are shown to everybody", "They tell a stranger how busy and how healthy the service is.", "Leave FLIGHTRULES_METRICS_OPEN out; scrape with a token."),
    Code("D_NOTICE_HOSTS", "notices may reach the cloud's own services", "A channel's address could be used to read the machine's credentials.", "Take the address out of FLIGHTRULES_NOTICE_HOSTS."),
    Code("D_COOKIES", "session cookies travel without https", "Who sees one is signed in.", "Set FLIGHTRULES_BASE_URL to an https address."),
    Code("D_HSTS", "browsers may fall back to plain http", "The first plain request can be taken over.", "Set FLIGHTRULES_BASE_URL to an https address."),
    Code("D_PASSKEYS", "passkeys are taken over plain http", "Whoever stands between could use them.", "Set FLIGHTRULES_BASE_URL to an https address."),
    Code("D_HASHING", "passwords are hashed too fast", "A stolen table would be read in hours.", "Leave the password hashers as they come."),
    Code("D_OIDC_PLAIN", "the identity provider is asked over plain http", "Whoever stands between could sign in as anybody.", "Write the issuer with https."),
    Code("D_WORKLOAD_PLAIN", "a provider's keys come over plain http", "Whoever stands between could let any pipeline in.", "Write the issuer in FLIGHTRULES_WORKLOAD_ISSUERS with https."),
    Code("D_WORKLOAD_KEYS", "a provider's keys cannot be had", "Its tokens are not taken; whether they would hold was not looked at.", "Let the service reach the issuer's /.well-known/openid-configuration, or take it out of FLIGHTRULES_WORKLOAD_ISSUERS."),
    Code("D_WORKLOAD_AUDIENCE", "tokens that are made for others are taken", "Whoever gets such a token can show it here as theirs.", "Have jobs ask for the address of this service as audience, and say so with `flightrules machine trust`."),
    Code("D_ROOT", "the service runs as root", "A fault in it would be a fault in the whole machine.", "Run as a user of its own."),
    Code("D_LOG_LEVEL", "the log says everything", "Logs are read by more people than the database.", "Leave FLIGHTRULES_LOG_LEVEL out."),
)
# fmt: on
