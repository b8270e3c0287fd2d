"""
For people who change the code (`make dev`): debug pages, reload and toolbar. Nothing that serves others may use it.

A debug page shows settings, variables and queries to whoever meets an error.
"""

from .embedded import *

DEBUG = True
SHOWCASE = True
INSTALLED_APPS.append("debug_toolbar")
# Inside the policy's middleware, whose nonce its scripts carry.
MIDDLEWARE.insert(
    MIDDLEWARE.index("marketplace.core.web.middleware.ContentSecurityPolicyMiddleware") + 1,
    "debug_toolbar.middleware.DebugToolbarMiddleware",
)
ROOT_URLCONF = "marketplace.config.development_urls"
DEBUG_TOOLBAR_CONFIG = {"SHOW_COLLAPSED": True}
INTERNAL_IPS = ["127.0.0.1", "::1"]
# What was changed shows at once.
PAGES_KEPT_SECONDS = 0
FIGURES_KEPT_SECONDS = 0
LOGGING["loggers"]["django.server"]["level"] = "INFO"
