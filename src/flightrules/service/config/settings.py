"""Settings of the service: secure as they stand, from the environment and the home, no default secret.

Every name of the environment begins with ``FLIGHTRULES_``; docs/reference/settings.md lists them.
"""

from __future__ import annotations

import os

from flightrules.service.config import home
from flightrules.service.config.database import database


def _listed(name: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def _is_on(name: str, otherwise: str = "") -> bool:
    return os.environ.get(name, otherwise).lower() in ("1", "true", "yes", "on")


FLIGHTRULES_HOME = home.home()
FLIGHTRULES_BASE_URL = os.environ.get("FLIGHTRULES_BASE_URL", "http://127.0.0.1:8750")
FLIGHTRULES_IS_SECURE = FLIGHTRULES_BASE_URL.startswith("https://")
FLIGHTRULES_SIGNING_KEY = os.environ.get("FLIGHTRULES_SIGNING_KEY") or home.path("keys", "ledger.pem")
FLIGHTRULES_SIGNER = os.environ.get("FLIGHTRULES_SIGNER", "")
FLIGHTRULES_BLOBS = os.environ.get("FLIGHTRULES_BLOBS", "")
FLIGHTRULES_BODY_LIMIT = int(os.environ.get("FLIGHTRULES_BODY_LIMIT", str(1024 * 1024)))
FLIGHTRULES_EVIDENCE_LIMIT = int(os.environ.get("FLIGHTRULES_EVIDENCE_LIMIT", str(1024**3)))

DEBUG = False
SECRET_KEY = home.secret_key()
ALLOWED_HOSTS = _listed("FLIGHTRULES_ALLOWED_HOSTS") or ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [FLIGHTRULES_BASE_URL]
ROOT_URLCONF = "flightrules.service.config.urls"
WSGI_APPLICATION = "flightrules.service.config.wsgi.application"
AUTH_USER_MODEL = "people.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": database()}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "flightrules.service.door",
    "flightrules.service.records",
    "flightrules.service.jobs",
    "flightrules.service.people",
    "flightrules.service.notices",
    "flightrules.service.catalogue",
    "flightrules.service.releases",
    "flightrules.service.readiness",
    "flightrules.service.site",
]
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    INSTALLED_APPS.append("procrastinate.contrib.django")

MIDDLEWARE = [
    "flightrules.service.door.middleware.RequestRecord",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "flightrules.service.door.middleware.BodyLimit",
    "flightrules.service.door.middleware.DatabaseTrouble",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

AUTHENTICATION_BACKENDS = ["flightrules.service.people.sign_in.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = FLIGHTRULES_IS_SECURE
SESSION_COOKIE_NAME = "__Host-session" if FLIGHTRULES_IS_SECURE else "session"
CSRF_COOKIE_SECURE = FLIGHTRULES_IS_SECURE
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if FLIGHTRULES_IS_SECURE else 0
X_FRAME_OPTIONS = "DENY"
if _is_on("FLIGHTRULES_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

DATA_UPLOAD_MAX_MEMORY_SIZE = FLIGHTRULES_BODY_LIMIT
FILE_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
