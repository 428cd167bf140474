"""The shipped settings. What an operator may change is an environment variable: docs/reference/settings.md."""

import os
from pathlib import Path

from trellis.config.data_folder import contact_address, data_folder, database_from_url, field_keys, host_of, secret_key

TRELLIS_DATA = data_folder()
SECRET_KEY = secret_key(TRELLIS_DATA)
TRELLIS_FIELD_KEYS = field_keys(TRELLIS_DATA)
DEBUG = False
PACKAGE = Path(__file__).resolve().parents[2]

BASE_URL = os.environ.get("TRELLIS_URL", "http://localhost:8000").rstrip("/")
_host = host_of(BASE_URL)
ALLOWED_HOSTS = [_host, *filter(None, os.environ.get("TRELLIS_HOSTS", "").split(","))]
if _host == "localhost":
    ALLOWED_HOSTS += ["127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
HTTPS = BASE_URL.startswith("https://")
BEHIND_PROXY = os.environ.get("TRELLIS_BEHIND_PROXY") == "1"
SECURITY_CONTACT = contact_address(os.environ.get("TRELLIS_SECURITY_CONTACT", ""))  # in /.well-known/security.txt

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
    "csp",
    "django_htmx",
    "lucide",
    "trellis.config",
    "trellis.web",
    "trellis.insights",
    "trellis.matching",
    "trellis.journeys",
    "trellis.meetings",
    "trellis.goals",
    "trellis.conversations",
    "trellis.mentorships",
    "trellis.programmes",
    "trellis.learning",
    "trellis.skills",
    "trellis.surveys",
    "trellis.notifications",
    "trellis.people",
    "trellis.kernel",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "trellis.web.middleware.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "trellis.web.middleware.NullByteMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "trellis.web.middleware.PersonMiddleware",
]

ROOT_URLCONF = "trellis.config.urls"
WSGI_APPLICATION = "trellis.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [folder for folder in (PACKAGE / "web").glob("*/templates") if folder.is_dir()],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "trellis.web.shell.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "trellis.web.templatetags.trellis"],
        },
    }
]

DATABASES = {"default": database_from_url(os.environ.get("DATABASE_URL", ""), TRELLIS_DATA)}

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "trellis.web.account.passwords.LengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"

# Signing in: nobody signs up by themself; people come from the directory. Pages are ours (web/gate, web/account).
ACCOUNT_ADAPTER = "trellis.web.gate.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "10/15m/key",  # wrong passwords and codes of one account together
    "request_login_code": "5/15m/key,600/15m/ip",  # a whole office may stand behind one address when a round opens
    "try_code": "5/15m/key",  # one code
    "reauthenticate": "10/15m/user",
}
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}  # as passwords: there is nothing in a passkey to guess
MFA_ADAPTER = "trellis.web.account.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # every address is proven by the first mail
MFA_TOTP_ISSUER = "Trellis"
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "trellis.web.account.factor_forms.SecondFactorForm",
    "reauthenticate": "trellis.web.account.factor_forms.ConfirmFactorForm",
    "add_webauthn": "trellis.web.account.factor_forms.AddPasskeyForm",
    "authenticate_webauthn": "trellis.web.account.factor_forms.SecondPasskeyForm",
    "login_webauthn": "trellis.web.account.factor_forms.EnterByPasskeyForm",
}
# Whose word counts for the caller's address: only that of our own proxies, counted from the right.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRELLIS_PROXIES", "1" if BEHIND_PROXY else "0"))

# Shared between processes, so that rate limits hold for all workers together. It holds sign-in codes and counts of
# tries, a few for each sign-in: beyond Django's own 300 entries live ones would be thrown away.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# The standard Tasks API. Ours keeps jobs as leased rows of the database; see trellis/kernel/jobs/tasks.py.
TASKS = {"default": {"BACKEND": os.environ.get("TRELLIS_TASKS", "trellis.kernel.jobs.tasks.LeasedRows")}}

# a sentence-embedding model that reads goals: docs/how-to/read-goals-with-a-model.md
SEMANTIC_MODEL = os.environ.get("TRELLIS_SEMANTIC_MODEL", "")
SEMANTIC_THRESHOLD = int(os.environ.get("TRELLIS_SEMANTIC_THRESHOLD", "550"))

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English")]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = TRELLIS_DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = TRELLIS_DATA / "uploads"

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = os.environ.get("SMTP_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("SMTP_TLS", "") == "1"
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM", "Trellis <trellis@localhost>")

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 30 * 24 * 3600
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "trellis.web.errors.views.csrf_failed"
X_FRAME_OPTIONS = "DENY"
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

DEMO = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"discreet": {"()": "trellis.config.logs.Discreet"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "discreet"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"trellis": {"level": "INFO"}},
}
