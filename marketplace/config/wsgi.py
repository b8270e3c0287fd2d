import os

from django.core.wsgi import get_wsgi_application

from marketplace.config import env
from marketplace.core.web.addresses import behind

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.config.settings.embedded")

application = behind(env.TRUSTED_PROXIES, get_wsgi_application())
