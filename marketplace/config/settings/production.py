"""A city's market: PostgreSQL, Redis, secrets from the environment; nothing here has a default that is unsafe."""

from marketplace.config import env
from marketplace.config.secrets import keep_private, strong

from .base import *

DEBUG = False
keep_private(env.DATA, env.sqlite_file())
SECRET_KEY = strong(env.secret("SECRET_KEY"))
ALLOWED_HOSTS = env.ALLOWED_HOSTS
# Named even where there is none: with a proxy left out every visitor has the proxy's address.
env.secret("TRUSTED_PROXIES")
CSRF_TRUSTED_ORIGINS = env.CSRF_TRUSTED_ORIGINS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
SECURE_HSTS_SECONDS = 31536000
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
STORAGES["staticfiles"] = {
    "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
}
