import os

from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from marketplace.config import env

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.config.settings.embedded")

# The visitor's address is settled here once, for the limits of signing in and of the API and for a bid's envelope.
application = wrap_wsgi_with_proxy_headers(get_wsgi_application(), trusted_hosts=env.TRUSTED_PROXIES)
