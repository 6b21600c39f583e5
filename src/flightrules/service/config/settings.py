"""Settings of the service: secure as they stand, from the environment and the home, no default secret.

Every name of the environment begins with ``FLIGHTRULES_``; docs/reference/settings.md lists them.
"""

from __future__ import annotations

import os

from flightrules.service.config import home
from flightrules.service.config.database import database
from flightrules.service.config.environment import is_on, listed, number, secret
from flightrules.service.config.job_map import JOBS
from flightrules.service.config.mail import mail_settings
from flightrules.service.door.log import hide

FLIGHTRULES_HOME = home.home()
FLIGHTRULES_BASE_URL = os.environ.get("FLIGHTRULES_BASE_URL", "http://localhost:8750")
FLIGHTRULES_IS_SECURE = FLIGHTRULES_BASE_URL.startswith("https://")
FLIGHTRULES_SIGNING_KEY = os.environ.get("FLIGHTRULES_SIGNING_KEY") or home.path("keys", "ledger.pem")
FLIGHTRULES_SIGNER = os.environ.get("FLIGHTRULES_SIGNER", "")
FLIGHTRULES_BLOBS = os.environ.get("FLIGHTRULES_BLOBS", "")
FLIGHTRULES_TIMESTAMP_ROOTS = os.environ.get("FLIGHTRULES_TIMESTAMP_ROOTS", "")
FLIGHTRULES_BODY_LIMIT = number("FLIGHTRULES_BODY_LIMIT", 1024 * 1024)
FLIGHTRULES_EVIDENCE_LIMIT = number("FLIGHTRULES_EVIDENCE_LIMIT", 1024**3)
FLIGHTRULES_JOBS = JOBS
FLIGHTRULES_RATE_PER_CALLER = number("FLIGHTRULES_RATE_PER_CALLER", 50)  # requests a second; 0 for no limit
FLIGHTRULES_RATE_PER_ADDRESS = number("FLIGHTRULES_RATE_PER_ADDRESS", 200)
FLIGHTRULES_BEHIND_PROXY = is_on("FLIGHTRULES_BEHIND_PROXY")
FLIGHTRULES_NOTICE_HOSTS = listed("FLIGHTRULES_NOTICE_HOSTS")  # inner hosts that channels may name
FLIGHTRULES_MAIL_DOMAIN = os.environ.get("FLIGHTRULES_MAIL_DOMAIN", "flightrules.invalid")
FLIGHTRULES_EVENT_STREAMS = number("FLIGHTRULES_EVENT_STREAMS", 32)  # places a process
FLIGHTRULES_EVENT_HEARTBEAT_S = number("FLIGHTRULES_EVENT_HEARTBEAT_S", 10)
FLIGHTRULES_EVENT_STREAM_LIFE_S = number("FLIGHTRULES_EVENT_STREAM_LIFE_S", 600)
FLIGHTRULES_METRICS_OPEN = is_on("FLIGHTRULES_METRICS_OPEN")

DEBUG = False
SECRET_KEY = home.secret_key()
ALLOWED_HOSTS = listed("FLIGHTRULES_ALLOWED_HOSTS") or ["127.0.0.1", "localhost", "[::1]"]
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
    "django.contrib.humanize",
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
    "flightrules.service.obligations",
    "flightrules.service.blockers",
    "flightrules.service.board",
    "flightrules.service.emergencies",
    "flightrules.service.decisions",
    "flightrules.service.clearance",
    "flightrules.service.site",
]
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    INSTALLED_APPS.append("procrastinate.contrib.django")
    PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""  # our work is in the job map

MIDDLEWARE = [
    "flightrules.service.door.middleware.RequestRecord",
    "flightrules.service.door.desks.AtADesk",
    "flightrules.service.site.middleware.PageManners",
    "flightrules.service.door.rates.RateLimit",
    "flightrules.service.door.middleware.PlainAddress",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "flightrules.service.door.middleware.BodyLimit",
    "flightrules.service.door.middleware.DatabaseTrouble",
    "flightrules.service.door.middleware.WrongMethod",
    "django.middleware.common.CommonMiddleware",
    "flightrules.service.door.token_lane.LaneBegins",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "flightrules.service.door.token_lane.LaneEnds",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [os.path.join(os.path.dirname(os.path.dirname(__file__)), "site", "templates")],
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
WHITENOISE_ALLOW_ALL_ORIGINS = False

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = FLIGHTRULES_IS_SECURE
SESSION_COOKIE_NAME = "__Host-session" if FLIGHTRULES_IS_SECURE else "session"
CSRF_FAILURE_VIEW = "flightrules.service.site.refusing.forged"
CSRF_COOKIE_SECURE = FLIGHTRULES_IS_SECURE
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if FLIGHTRULES_IS_SECURE else 0
X_FRAME_OPTIONS = "DENY"
if FLIGHTRULES_BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

DATA_UPLOAD_MAX_MEMORY_SIZE = FLIGHTRULES_BODY_LIMIT
FILE_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024

DEFAULT_FROM_EMAIL = os.environ.get("FLIGHTRULES_MAIL_FROM", f"flightrules@{FLIGHTRULES_MAIL_DOMAIN}")

_MAIL = mail_settings(secret("FLIGHTRULES_SMTP_URL"))
globals().update(_MAIL)
hide(SECRET_KEY, DATABASES["default"].get("PASSWORD", ""), _MAIL.get("EMAIL_HOST_PASSWORD", ""))
hide(secret("FLIGHTRULES_OIDC_CLIENT_SECRET"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "flightrules.service.door.log.JsonLines"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "json"}
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "flightrules": {"level": os.environ.get("FLIGHTRULES_LOG_LEVEL", "INFO").upper()},
        "django": {"level": "WARNING", "handlers": [], "propagate": True},
        "django.server": {"level": "WARNING", "handlers": [], "propagate": True},
        "django.request": {"level": "ERROR"},
        "procrastinate": {"level": "WARNING"},
        "psycopg.pool": {"level": "ERROR"},
    },
}

# people: accounts by one-time links, a second factor for powers beyond reading, OpenID by issuer and subject
FLIGHTRULES_ROLE_COOL_DOWN_HOURS = number("FLIGHTRULES_ROLE_COOL_DOWN_HOURS", 24)
FLIGHTRULES_TOKEN_DAYS = number("FLIGHTRULES_TOKEN_DAYS", 90)
FLIGHTRULES_SIGNING_IDLE_MINUTES = number("FLIGHTRULES_SIGNING_IDLE_MINUTES", 15)
FLIGHTRULES_SETUP_MINUTES = number("FLIGHTRULES_SETUP_MINUTES", 60)
FLIGHTRULES_INVITATION_HOURS = number("FLIGHTRULES_INVITATION_HOURS", 72)
FLIGHTRULES_DELEGATION_DAYS = number("FLIGHTRULES_DELEGATION_DAYS", 30)
FLIGHTRULES_SECOND_FACTOR_OPTIONAL = is_on("FLIGHTRULES_SECOND_FACTOR_OPTIONAL")
FLIGHTRULES_VOUCH_FOR_FIRST_ACCOUNTS = is_on("FLIGHTRULES_VOUCH_FOR_FIRST_ACCOUNTS")
FLIGHTRULES_WORKLOAD_ISSUERS = tuple(
    os.environ.get("FLIGHTRULES_WORKLOAD_ISSUERS", "").replace(",", " ").split()
)
FLIGHTRULES_OIDC_ISSUER = os.environ.get("FLIGHTRULES_OIDC_ISSUER", "")

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "people_tries"}}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "flightrules.service.people.sign_in.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if FLIGHTRULES_IS_SECURE else "http"
MFA_ADAPTER = "flightrules.service.people.sign_in.SecondFactorAdapter"
MFA_FORMS = {
    "reauthenticate": "flightrules.service.people.sign_in_forms.ReauthenticateForm",
    "add_webauthn": "flightrules.service.people.sign_in_forms.AddPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Flightrules"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # so that a passkey shows two components: it, and who holds it
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not FLIGHTRULES_IS_SECURE
SOCIALACCOUNT_ADAPTER = "flightrules.service.people.sign_in.OutsideAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "office",
                "name": os.environ.get("FLIGHTRULES_OIDC_NAME", "your organisation"),
                "client_id": os.environ.get("FLIGHTRULES_OIDC_CLIENT_ID", ""),
                "secret": secret("FLIGHTRULES_OIDC_CLIENT_SECRET"),
                "settings": {"server_url": FLIGHTRULES_OIDC_ISSUER, "oauth_pkce_enabled": True},
            }
        ]
        if FLIGHTRULES_OIDC_ISSUER
        else [],
    }
}
