"""Settings of the test suite: the shipped ones, a fast password hash, mail kept in memory, fixed keys."""

import atexit
import os
import shutil
import tempfile

if "TRELLIS_DATA" not in os.environ:
    os.environ["TRELLIS_DATA"] = tempfile.mkdtemp(prefix="trellis-test-")
    atexit.register(shutil.rmtree, os.environ["TRELLIS_DATA"], ignore_errors=True)
os.environ.setdefault("TRELLIS_SQLITE_SYNC", "OFF")

from trellis.config.settings.base import *  # noqa: F403  # the environment comes first; settings are a namespace

SECRET_KEY = "only-for-tests-" + "x" * 50
TRELLIS_FIELD_KEYS = ["MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="]
ALLOWED_HOSTS = ["*"]
SEMANTIC_MODEL = ""
SECURITY_CONTACT = "mailto:security@example.org"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
