"""The demo: one-click sign-in exists here and nowhere else. Never serve real people with these settings."""

from trellis.config.settings.base import *  # noqa: F403  # settings are a namespace by design

DEMO = True
ALLOWED_HOSTS = ["*"]
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody signs in with a password here
