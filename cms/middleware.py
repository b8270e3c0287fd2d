"""Old addresses lead on, in both languages."""

from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.utils.translation import get_language_from_path, override
from wagtail.contrib.redirects.middleware import RedirectMiddleware, get_redirect
from wagtail.contrib.redirects.models import Redirect


class BilingualRedirectMiddleware(RedirectMiddleware):
    """
    Wagtail notes an old address in the default language; the same holds below another language's prefix.

    A page has one tree and one address, which the prefix only precedes.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        language = get_language_from_path(request.path_info) if response.status_code == 404 else None
        if language is None or language == settings.LANGUAGE_CODE:
            return super().process_response(request, response)
        address = quote(request.path_info.removeprefix(f"/{language}"), safe="/%~")
        found = get_redirect(request, Redirect.normalise_path(address, decode_unicode=False))
        with override(language):
            link = found.link if found else None
        if found is None or link is None:
            return response
        return HttpResponsePermanentRedirect(link) if found.is_permanent else HttpResponseRedirect(link)
