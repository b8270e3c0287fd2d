"""
Requests that cannot be read: too long, cut short, or in no encoding that there is.

They are answered in the reader's language, or as problem details under /api/, before anything is looked up. The page
asks nothing of the request, which might fail once more.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.defaults import page_not_found

#: Bytes of an address, and of one header, that servers take in common (RFC 9110, section 4.1, asks for 8000 at least).
LONGEST_ADDRESS = 8000
LONGEST_HEADER = 16_000
#: What a form may carry beside its files.
ROOM_FOR_FIELDS = 4 * 1024 * 1024
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Refusal:
    status: int
    code: str
    title: str | Promise
    detail: str | Promise


ADDRESS = Refusal(
    414,
    "address-too-long",
    _("The address is too long"),
    _("Open the page anew and choose fewer filters, or send what you have by the form."),
)
HEADERS = Refusal(
    431,
    "headers-too-long",
    _("The browser sent too much along"),
    _("Delete this site's cookies in the browser, then open the page anew."),
)
BODY = Refusal(
    413,
    "body-too-large",
    _("What was sent is too large"),
    _("Nothing was saved. A file may have 20 MB at most; send several files one after the other."),
)
FIELDS = Refusal(
    400,
    "too-many-fields",
    _("The form has too many fields"),
    _("Nothing was saved. Open the page anew and send the form from there."),
)
ENCODING = Refusal(
    400,
    "not-readable",
    _("The request cannot be read"),
    _("It holds characters in no encoding that this site knows (UTF-8). Open the page anew, or type the words again."),
)
BROKEN = Refusal(
    400,
    "not-readable",
    _("The request cannot be read"),
    _(
        "It arrived incomplete or in another form than the page sends. "
        "Nothing was saved. Open the page anew and try again."
    ),
)


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    with translation.override(translation.get_language_from_request(request, check_path=True)):
        if request.path.startswith("/api/"):
            body = {
                "type": f"urn:mingxuan:problem:{refusal.code}",
                "title": str(refusal.title),
                "status": refusal.status,
                "detail": str(refusal.detail),
            }
            return JsonResponse(body, status=refusal.status, content_type=PROBLEM)
        page = render_to_string("core/unreadable.html", {"refusal": refusal})
    return HttpResponse(page, status=refusal.status)


def refusal_of(request: HttpRequest) -> Refusal | None:
    """What is wrong with a request before its body is read."""
    query = request.META.get("QUERY_STRING", "")
    if len(request.META.get("PATH_INFO", "")) + len(query) > LONGEST_ADDRESS:
        return ADDRESS
    if any(len(value) > LONGEST_HEADER for name, value in request.META.items() if name.startswith("HTTP_")):
        return HEADERS
    if not is_text(unquote_to_bytes(query.encode("latin-1", "replace"))):
        return ENCODING
    return BODY if length_of(request) > most_of(request) else None


def is_text(content: bytes) -> bool:
    """Whether bytes are text that every database takes: PostgreSQL stores no NUL."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in content


def length_of(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() and len(length) < 19 else 0


def most_of(request: HttpRequest) -> int:
    """Bytes that a body may have; a program's JSON would be read into memory whole, whatever its size."""
    if request.content_type == "multipart/form-data":
        return settings.MAX_UPLOAD_BYTES + ROOM_FOR_FIELDS
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE


class ReadableMiddleware:
    """Lets through what can be read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path:
            # No page has one in its address.
            raise Http404
        if refusal := refusal_of(request):
            return answer(request, refusal)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict) -> HttpResponse | None:
        """A form's fields, which the check of its token has read by now."""
        if request.path.startswith("/api/") or request.content_type not in FORMS:
            return None
        fields = [text for name, values in request.POST.lists() for text in (name, *values)]
        return answer(request, ENCODING) if any("\0" in text for text in fields) else None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django could not read: the site's handler for 400."""
    if isinstance(exception, RequestDataTooBig):
        return answer(request, BODY)
    if isinstance(exception, TooManyFieldsSent | TooManyFilesSent):
        return answer(request, FIELDS)
    return answer(request, BROKEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The site's handler for 404; a program gets a document, not a page."""
    if not request.path.startswith("/api/"):
        return page_not_found(request, exception)
    return answer(request, Refusal(404, "not-found", _("Not found."), _("The API has no such address.")))
