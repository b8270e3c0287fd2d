from .base import *
from .base import DATA, DATABASES

# A fresh clone has no data folder, and the test database lies in it.
DATA.mkdir(parents=True, exist_ok=True)

DEBUG = False
SHOWCASE = True
SECRET_KEY = "only-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {
    name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}
    for name in ("default", "kept", "template_fragments")
}
# Tests look at what is so now; those of core.web.kept turn it on.
PAGES_KEPT_SECONDS = 0
FIGURES_KEPT_SECONDS = 0
MEDIA_ROOT = DATA / "test-uploads"
WHITENOISE_AUTOREFRESH = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": DATA / "test.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
