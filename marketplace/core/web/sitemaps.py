from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import Model


class BilingualSitemap(Sitemap[Model]):
    """Addresses of a kind of thing in both languages, each naming the other."""

    i18n = True
    alternates = True
    x_default = True
    limit = 5000

    def get_languages_for_item(self, item: Model) -> list[str]:
        return [code for code, _name in settings.LANGUAGES]
