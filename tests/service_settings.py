"""Settings of the service under test: a home of its own, SQLite or the PostgreSQL that the tests started."""

import atexit
import os
import shutil
import tempfile

_MEMORY = "/dev/shm"
_OWN = tempfile.mkdtemp(prefix="flightrules-tests-", dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None)
atexit.register(shutil.rmtree, _OWN, ignore_errors=True)
os.environ["FLIGHTRULES_HOME"] = _OWN
os.environ.setdefault("FLIGHTRULES_SECRET_KEY", "only-for-tests-" + "x" * 40)
os.environ["FLIGHTRULES_RATE_PER_CALLER"] = os.environ["FLIGHTRULES_RATE_PER_ADDRESS"] = "0"
os.environ["FLIGHTRULES_DATABASE_URL"] = os.environ.get(
    "FLIGHTRULES_TEST_DATABASE_URL", f"sqlite:///{_OWN}/db.sqlite3"
)

from flightrules.service.config import home  # noqa: E402

home.make_ready()

from flightrules.service.config.settings import *  # noqa: E402, F403

if "sqlite" in DATABASES["default"]["ENGINE"]:  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}  # noqa: F405 -- as for any other SQLite, each worker has its own

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; the real one has its own test
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

FLIGHTRULES_WORKLOAD_ISSUERS = ("https://issuer.example.org",)
