"""
Run as a module beside a market's processes: sets a small world up, and tells how far the due work has come.

A line of JSON on standard input, `[question, arguments]`, is answered by one on standard output.
"""

import json
import re
import sys
from datetime import timedelta
from email import message_from_bytes, policy

import django

if __name__ == "__main__":
    django.setup()

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import override_settings
from django.urls import reverse

from marketplace.accounts.models import Notice
from marketplace.accounts.notices import notify_person
from marketplace.accounts.services.members import INVITATION_MAIL
from marketplace.accounts.session_store import SessionStore
from marketplace.contracting.models import Contract
from marketplace.core import audit, clock, events, heartbeats, outbox
from marketplace.core.models import AuditEntry, DueWork, Heartbeat
from marketplace.tendering.models import Bid, Opening, WorkRequest
from tests.factories.accounts import InvitationFactory
from tests.factories.tendering import WorkRequestFactory, bidder_for, member_of, open_bids

THIRTY_DAYS = timedelta(days=30)
#: Nobody signs in with these passwords.
FAST = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])


def due_world(bids):
    """
    Two requests for which everything came due while no worker ran.

    One waits for its deadline and its opening, with so many bids that the opening takes a while. The other was opened,
    and its publicity period has ended.
    """
    with FAST, clock.at(clock.now() - THIRTY_DAYS):
        waiting = WorkRequestFactory(bidders=bids)
        opened = WorkRequestFactory(bidders=3, lowest_price=True, opened=True)
    return {"waiting": waiting.number, "opened": opened.number}


def bidding_world(firms):
    """A request that takes bids, and for each of some firms the session of a person who acts for it."""
    with FAST:
        work_request = WorkRequestFactory(published=True)
        people = [member_of(bidder_for(work_request).organisation) for _ in range(firms)]
    return {"request": work_request.number, "sessions": [_session_of(person) for person in people]}


def priced_world(firms):
    """As `bidding_world`, with prices to bid, and what would name each bidder."""
    with FAST:
        work_request = WorkRequestFactory(published=True, lowest_price=True)
        people = [member_of(bidder_for(work_request).organisation) for _ in range(firms)]
    told = [
        [person.email, person.name, one.uscc, one.name_zh]
        for person in people
        for one in [person.memberships.select_related("organisation").get().organisation]
    ]
    return {"request": work_request.number, "sessions": [_session_of(person) for person in people], "names": told}


def _session_of(person):
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return session.session_key


def progress():
    """The kinds of work being done, and those done, at this moment."""
    rows = DueWork.objects.all()
    return {
        "claimed": list(rows.filter(done_at=None).exclude(claimed_until=None).values_list("kind", flat=True)),
        "done": list(rows.exclude(done_at=None).values_list("kind", flat=True).distinct()),
        "left": rows.filter(done_at=None, due_at__lte=clock.now()).count(),
    }


def noticed():
    """A person who is told of a page and invited, the paths that the mails name, and their session."""
    with FAST:
        work_request = WorkRequestFactory(published=True)
        person = member_of(work_request.owner)
        address = reverse("tendering:request-detail", args=[work_request.number])
        notify_person(user=person, subject="A page", body="It is there.", url=address, key="test:page")
        invitation = InvitationFactory(email=person.email)
        outbox.schedule(INVITATION_MAIL, str(invitation.pk), clock.now())
        paths = list(Notice.objects.filter(user=person).values_list("url", flat=True))
        paths.append(reverse("accounts:invitation-accept", args=[invitation.token]))
    return {"email": person.email, "paths": paths, "session": _session_of(person)}


def letters():
    """Every mail that was written, as `[to, text]`."""
    return [[message["To"], message.get_content()] for message in _written()]


def beat():
    """Write a heartbeat, as the worker's own thread does."""
    heartbeats.beat()


def publish_something():
    """Leave a piece of news to the sweep."""
    events.publish(heartbeats.OutageEnded("2026-11-23T02:00:00+00:00", "2026-11-23T02:02:00+00:00"), soon=False)


def drafted():
    """A draft, and the session of a person who fills it in."""
    with FAST:
        draft = WorkRequestFactory()
        return {"number": draft.number, "session": _session_of(member_of(draft.owner))}


def uploads():
    """How many files lie among the uploads, whole or half."""
    # What the test itself left lying there is none.
    return sum(path.is_file() and path.suffix != ".msg" for path in settings.MEDIA_ROOT.rglob("*"))


def hold_something(minutes):
    """Work that a clock decides, due in so many minutes; nothing is there for it to do."""
    key = f"0:{clock.now().isoformat()}"
    outbox.schedule("registry.suspension_day", key, clock.now() + timedelta(minutes=minutes))
    return key


def attempts(key):
    """How often a piece of work was begun."""
    return DueWork.objects.get(key=key).attempts


def beats():
    """How often the market said that it was there."""
    return Heartbeat.objects.count()


def let_leases_end():
    """Do as if the minute of a lease were over, so that nobody has to wait for it; returns the longest in seconds."""
    now = clock.now()
    held = DueWork.objects.filter(done_at=None, claimed_until__gt=now)
    longest = max(((until - now).total_seconds() for until in held.values_list("claimed_until", flat=True)), default=0)
    held.update(claimed_until=now)
    return longest


def outcome(number):
    """What stands of a request, and of the contract that came of it."""
    work_request = WorkRequest.objects.get(number=number)
    contracts = Contract.objects.filter(award__work_request=work_request)
    return {
        "status": work_request.status,
        "openings": Opening.objects.filter(work_request=work_request).count(),
        "transcripts": Opening.objects.filter(work_request=work_request, transcript__isnull=False).count(),
        "fates": sorted(work_request.opening.opened_bids.values_list("fate", flat=True)),
        "live_awards": work_request.awards.live().count(),
        "awards": work_request.awards.count(),
        "contracts": contracts.count(),
        "trail": [entry.action for entry in audit.trail(work_request.audit_matter)],
        "contract_trail": [entry.action for each in contracts for entry in audit.trail(each.audit_matter)],
        "notices": _by_occasion(work_request),
    }


def _by_occasion(work_request):
    """How many notices there are of each occasion of the request."""
    start = f"{work_request.audit_matter}:"
    counted = {}
    for key in Notice.objects.filter(key__startswith=start).values_list("key", flat=True):
        occasion = key.removeprefix(start).rsplit(":", 1)[0]
        counted[occasion] = counted.get(occasion, 0) + 1
    return counted


def work():
    """What is left of the due work, what failed on the way, and whether every trail's chain holds."""
    matters = AuditEntry.objects.values_list("matter", flat=True).distinct()
    return {
        "overdue": list(DueWork.objects.filter(done_at=None, due_at__lte=clock.now()).values_list("kind", flat=True)),
        "claimed": list(DueWork.objects.exclude(claimed_until=None).values_list("kind", flat=True)),
        "failures": list(DueWork.objects.exclude(last_error="").values_list("kind", "last_error")),
        "chains_broken": [matter for matter in matters if audit.verify(matter) is not None],
    }


def mail():
    """Every notice as it was to be mailed, and every mail that was written, as `[to, subject]`."""
    # A long header is folded, which adds a space.
    written = [[message["To"], message["Subject"].strip()] for message in _written()]
    notices = Notice.objects.values_list("user__email", "title_zh")
    return {"notices": [[to, f"[明选] {title}"] for to, title in notices], "written": written}


def _written():
    for file in settings.EMAIL_FILE_PATH.glob("*.log"):
        for part in re.split(rb"\n-{79}\n", file.read_bytes()):
            if part.strip():
                yield message_from_bytes(part.strip(), policy=policy.default)


def stored(number):
    """The SHA-256 of every bid of a request."""
    return list(Bid.objects.filter(work_request__number=number).values_list("sha256", flat=True))


def opening(number):
    """Open a request's bids as of its time, whatever the hour; returns the fate of each."""
    open_bids(WorkRequest.objects.get(number=number))
    return outcome(number)


QUESTIONS = {
    function.__name__: function
    for function in (
        due_world,
        bidding_world,
        priced_world,
        progress,
        beat,
        publish_something,
        beats,
        drafted,
        uploads,
        hold_something,
        attempts,
        noticed,
        letters,
        let_leases_end,
        outcome,
        work,
        mail,
        stored,
        opening,
    )
}


def main():
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        question, arguments = json.loads(line)
        print(json.dumps(QUESTIONS[question](**arguments)), file=answers, flush=True)


if __name__ == "__main__":
    main()
