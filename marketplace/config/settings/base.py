from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from marketplace.config import env
from marketplace.config.logs import logging_config

BASE_DIR = env.ROOT
DATA = env.DATA

INSTALLED_APPS = [
    "marketplace.core",
    "marketplace.custody",
    "marketplace.ui",
    "marketplace.accounts",
    "marketplace.catalogue",
    "credit",
    "marketplace.registry",
    "marketplace.tendering",
    "marketplace.contracting",
    "search",
    "cms",
    "marketplace.demo",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "rest_framework",
    "drf_spectacular",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
]

#: Where bids are filed and receipts checked the logs name no person (RULES, Bids), and no more than the group. Nor on
#: the pages around: who reads a request a moment before and after a nameless filing would be its bidder.
PATHS_THAT_LOG_NO_PERSON = (
    r"((?:/en)?/requests/[^/]+/(?:bid/)?|/api/v1/work-requests/[^/]+/(?:bids/)?|(?:/en)?/receipts/"
    r"|(?:/en)?/workbench/bids/|(?:/en)?/session/)"
)

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "marketplace.core.web.headers.HeadersMiddleware",
    "marketplace.core.web.middleware.RequestLogMiddleware",
    "marketplace.core.web.unreadable.ReadableMiddleware",
    "marketplace.core.web.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "marketplace.core.web.languages.LanguageMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "marketplace.accounts.middleware.SessionEndMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "marketplace.accounts.middleware.OrganisationMiddleware",
    "marketplace.core.web.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "marketplace.core.web.middleware.FailureMiddleware",
    "cms.middleware.BilingualRedirectMiddleware",
    "marketplace.core.web.resending.SignedOutMiddleware",
]

ROOT_URLCONF = "marketplace.config.urls"
WSGI_APPLICATION = "marketplace.config.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["marketplace.ui.templatetags.inline"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "marketplace.core.web.context_processors.site",
                "marketplace.accounts.context_processors.account",
            ],
        },
    }
]

DATABASES = {"default": env.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": (
        {"BACKEND": "marketplace.core.running.cache.RedisWhileItAnswers", "LOCATION": env.REDIS_URL}
        if env.REDIS_URL
        # The limits of signing in and of the API: one web process counts them in its memory.
        else {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "default",
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    ),
    # Pages and figures of core.web.kept; in a worker's memory there are so many of them at most, about 10 MiB.
    "kept": (
        {
            "BACKEND": "marketplace.core.running.cache.RedisWhileItAnswers",
            "LOCATION": env.REDIS_URL,
            "KEY_PREFIX": "kept",
        }
        if env.REDIS_URL
        else {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "kept",
            "OPTIONS": {"MAX_ENTRIES": 200},
        }
    ),
    # What {% cache %} keeps of templates: a few kilobytes, the same for everybody.
    "template_fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "fragments",
        "OPTIONS": {"MAX_ENTRIES": 100},
    },
}
PAGES_KEPT_SECONDS = env.PAGES_KEPT_SECONDS
FIGURES_KEPT_SECONDS = env.FIGURES_KEPT_SECONDS
SHOWCASE = env.SHOWCASE

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "marketplace.accounts.passwords.LengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:workbench"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_ADAPTER = "marketplace.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"signup": "marketplace.accounts.forms.SignupForm"}
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[明选] "
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_SESSION_REMEMBER = True
#: Who finds a window open changes neither address nor password nor factors; asked again after five minutes.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
#: By address, or by account and address (`AccountAdapter`), never by account alone: a stranger would lock it.
ACCOUNT_RATE_LIMITS = {
    "reset_password": "10/m/ip,40/h/ip",
    "confirm_email": "10/m/ip,60/h/ip",
    "request_login_code": "10/m/ip",
}
ACCOUNT_USER_DISPLAY = str
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Mingxuan"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA / "static"
MEDIA_ROOT = DATA / "uploads"
STORAGES = {
    "default": {"BACKEND": "marketplace.core.disk.WholeFiles"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
REGULATOR_CUSTODIAN_URL = env.REGULATOR_CUSTODIAN_URL
REGULATOR_CUSTODIAN_KEY = env.REGULATOR_CUSTODIAN_KEY
REGULATOR_CUSTODIAN_BY_TUNNEL = env.REGULATOR_CUSTODIAN_BY_TUNNEL
CUSTODIAN_TIMEOUT = env.CUSTODIAN_TIMEOUT
CUSTODIAN_LISTEN = env.CUSTODIAN_LISTEN
CUSTODIAN_DATA = env.CUSTODIAN_DATA
CUSTODIAN_DATABASE = env.CUSTODIAN_DATABASE
CUSTODIAN_MARKET_KEY = env.CUSTODIAN_MARKET_KEY

FIXTURES = BASE_DIR / "fixtures"
#: Uploads are refused where less would be left free: the database needs room for as long as nobody has looked.
DISK_RESERVE_BYTES = env.DISK_RESERVE_MB * 1024 * 1024
MAX_UPLOAD_BYTES = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
#: A proposal that arrives in the clear is sealed before anything of it is written, also to a temporary file.
FILE_UPLOAD_MAX_MEMORY_SIZE = MAX_UPLOAD_BYTES + 1024 * 1024

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
#: Wagtail's page editor carries inline scripts and styles, so the console has a policy of its own.
CONSOLE_CONTENT_SECURITY_POLICY = {
    "default-src": [SELF],
    "script-src": [SELF, "'unsafe-inline'"],
    "style-src": [SELF, "'unsafe-inline'"],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF, "data:"],
    "frame-src": [SELF],
    "form-action": [SELF],
    "base-uri": [SELF],
    "frame-ancestors": [SELF],
}

WAGTAIL_SITE_NAME = "明选"
WAGTAILADMIN_BASE_URL = env.SITE_URL
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_I18N_ENABLED = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILADMIN_PERMITTED_LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "search.backends.console"}}
WAGTAILDOCS_DOCUMENT_FORM_BASE = "cms.files.DocumentForm"
WAGTAILIMAGES_IMAGE_FORM_BASE = "cms.files.ImageForm"
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "xlsx", "ofd", "zip", "txt"]

REST_FRAMEWORK = {
    # The first one's answer to who is not known: 401, and how a program says who it is.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "marketplace.accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["marketplace.core.web.api.NamedFilters"],
    "DEFAULT_PAGINATION_CLASS": "marketplace.core.web.api.Pagination",
    "DEFAULT_THROTTLE_CLASSES": [
        "marketplace.core.web.api.VisitorThrottle",
        "marketplace.core.web.api.PersonThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "120/min", "user": "600/min"},
    "EXCEPTION_HANDLER": "marketplace.core.web.api.problem_handler",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Mingxuan 明选",
    "DESCRIPTION": "The market's open data: services, intermediaries, requests, awards, regulations.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["marketplace.core.web.api.only_ours"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "marketplace.core.web.openapi.with_refusals",
        "marketplace.core.web.openapi.with_empty_choices",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ItemPricing": "marketplace.catalogue.models.fee_schedules.Pricing",
        "OfferPricing": "marketplace.registry.models.particulars.Offer.Pricing",
    },
}

EMAIL_CONFIG = env.env.email_url_config(env.EMAIL_URL) if env.EMAIL_URL else {}
globals().update(EMAIL_CONFIG)
if not EMAIL_CONFIG:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA / "mail"
#: Seconds; a mail server that takes a connection and says nothing must not hold a worker for ever.
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = "明选 <no-reply@market.example>"

#: Without Redis Celery is not started: `manage.py work` does its jobs.
CELERY_BROKER_URL = env.REDIS_URL or None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
#: A Redis that is away is waited for, however long.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TIMEZONE = TIME_ZONE

LOGGING = logging_config(env.LOG_LEVEL)
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
SESSION_ENGINE = "marketplace.accounts.session_store"
SESSION_COOKIE_HTTPONLY = True
#: A session ends this many seconds after its last use, and SESSION_LONGEST after signing in whatever was done; the page
#: warns SESSION_WARNS before. Who comes at 08:55 is there at 17:00 (docs/decisions/forms-outlive-sessions.md).
SESSION_COOKIE_AGE = 2 * 3600
SESSION_LONGEST = 12 * 3600
SESSION_WARNS = 10 * 60
#: Ends fall on whole steps: a session that told the minute of its last use would tell who filed a nameless bid in it.
SESSION_STEP = 15 * 60
CSRF_FAILURE_VIEW = "marketplace.core.web.resending.csrf_failure"
SILENCED_SYSTEM_CHECKS: list[str] = []
