"""
One effect of a page, however often it is sent: pressed twice, from two tabs, gone back to or loaded again.

A form carries the number that its effect would have among this person's at this address; the row of a number is unique
and written in the effect's own transaction (docs/decisions/one-effect.md).
"""

import hashlib
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from .. import clock
from ..models import Effect

NAME, ASKED = "once", "asked"
#: What a form carries beside what the person gives.
CARRIED = frozenset({NAME, ASKED, "csrfmiddlewaretoken"})


class AlreadySent(Exception):
    """Another sending of the page has had its effect; the same one, or one of something else."""

    def __init__(self, earlier: Effect, *, is_same: bool) -> None:
        super().__init__(earlier.place)
        self.earlier, self.is_same = earlier, is_same


@dataclass(frozen=True)
class Sent:
    """One sending of a page."""

    whose: str
    number: int
    content: str

    def earlier(self) -> Effect | None:
        """What the page's first sending did, if it has been sent before."""
        return Effect.objects.filter(whose=self.whose, number=self.number).first()

    def begin(self) -> Effect:
        """
        Take the number, inside the effect's transaction; a sending at the same time waits here for the other's end.

        :raises AlreadySent: if the other one has had its effect
        """
        try:
            with transaction.atomic():
                return Effect.objects.create(whose=self.whose, number=self.number, content=self.content, at=clock.now())
        except IntegrityError:
            earlier = self.earlier()
            if earlier is None:
                raise
            raise AlreadySent(earlier, is_same=earlier.content == self.content) from None


def sent(request: HttpRequest, address: str) -> Sent | None:
    """The sending of a page that carried its number; None of one that carried none, such as a program's."""
    number = request.POST.get(NAME, "")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return None
    return Sent(_whose(request, address), int(number), content_of(request))


def next_number(request: HttpRequest, address: str) -> int:
    """The number for a page that is shown now; all pages shown before the next effect carry the same."""
    last = Effect.objects.filter(whose=_whose(request, address)).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def content_of(request: HttpRequest) -> str:
    """A fingerprint of what the person gives, files included, and by which button."""
    digest = hashlib.sha256(request.path.encode())
    given = sorted((name, value) for name, values in request.POST.lists() if name not in CARRIED for value in values)
    for pair in given:
        digest.update(repr(pair).encode())
    for name, uploads in sorted(request.FILES.lists()):
        for upload in uploads:
            digest.update(repr((name, upload.name, upload.size)).encode())
            for chunk in upload.chunks():
                digest.update(chunk)
            upload.seek(0)
    return digest.hexdigest()


def _whose(request: HttpRequest, address: str) -> str:
    """Person and address, so that a number means nothing to others; hashed, so that the rows tell nobody's ways."""
    return salted_hmac("core.once", f"{request.user.pk}:{address}", algorithm="sha256").hexdigest()
