"""The market on one machine (`make run`): SQLite and files under `DATA`, or servers by the usual variables."""

from marketplace.config import env
from marketplace.config.secrets import keep_private, local_secret

from .base import *

DEBUG = False
keep_private(env.DATA, env.sqlite_file())
SECRET_KEY = local_secret(env.DATA)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *env.ALLOWED_HOSTS]
CSRF_TRUSTED_ORIGINS = env.CSRF_TRUSTED_ORIGINS
WHITENOISE_USE_FINDERS = True
#: Passkeys work on http://localhost; elsewhere browsers ask for https.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
