"""The demo world: made by calling the market's services with the clock moved, the same every time."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from credit.services import refresh_standings
from marketplace.accounts.models import District, Organisation
from marketplace.catalogue.models import ServiceItem
from marketplace.core import calendar, clock
from marketplace.core.models import DueWork

from . import evaluators, methods, notices, people, projects, supervision
from . import firms as firm_stories
from .stage import Stage

ENTERPRISES = 40
#: Working days before today at which the market opened.
OPENED = 300


@transaction.atomic
def build(*, say: Callable[[str], None]) -> None:
    """
    Play some 300 working days of the market up to now, in one transaction.

    Dates count from the last working day, so that open requests are open; nothing is mailed.
    """
    now = clock.now()
    today = _last_working_day(clock.today())
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    try:
        _play(today, now, say)
    finally:
        clock.move(None)


def _last_working_day(day: date) -> date:
    """The last whole working day, so that the world does not depend on the hour at which it is made."""
    return calendar.working_day_before(day, 1)


def _play(today: date, now: datetime, say: Callable[[str], None]) -> None:
    opened_on = calendar.working_day_before(today, OPENED)
    clock.move(clock.shanghai(f"{opened_on} 09:00"))
    districts = list(District.objects.exclude(parent=None))
    items = {item.code: item for item in ServiceItem.objects.open().select_related("authority", "fee_schedule")}
    staff = people.staff()
    evaluators.admit(staff["operator"])
    say("people and enterprises")
    enterprises = [people.enterprise(number, districts) for number in range(ENTERPRISES)]
    authorities = {
        body.name_zh: (body, body.memberships.select_related("user").get().user)
        for body in Organisation.objects.authorities().filter(memberships__isnull=False)
    }
    cast = projects.Cast(
        firms=[], clerk=staff["operator"], regulator=staff["regulator"], second_regulator=staff["regulator2"]
    )
    stage = Stage()
    for act in firm_stories.registrations(
        cast.firms, staff["regulator2"], districts, items, _registration_times(opened_on, today)
    ):
        stage.add(act)
    for plan in projects.plans(enterprises, authorities, items, today):
        stage.add(projects.story(plan, cast))
    for act in methods.acts(cast, enterprises, items, today):
        stage.add(act)
    for act in supervision.events(cast.firms, staff["regulator"], staff["regulator2"], today):
        stage.add(act)
    for act in supervision.course_of_firms(cast.firms, staff["regulator"], staff["regulator2"], today):
        stage.add(act)
    for back in range(OPENED - 10, 0, -10):
        if back % 50 == 0:
            say(f"{250 - back} of 250 working days")
        stage.play(until=clock.shanghai(f"{calendar.working_day_before(today, back)} 18:00"))
        _tell_the_planner()
    stage.play(until=now)
    notices.publish(today)
    refresh_standings(Organisation.objects.filter(kind=Organisation.Kind.INTERMEDIARY).values_list("pk", flat=True))
    DueWork.objects.filter(done_at=None, kind="accounts.mail_notice").update(done_at=now)
    say("done")


def _tell_the_planner() -> None:
    """PostgreSQL gathers no statistics of what is not committed, and would plan for empty tables."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _registration_times(opened_on: date, today: date) -> Iterator[datetime]:
    first = clock.shanghai(f"{opened_on} 09:30")
    for number in range(firm_stories.COUNT):
        if number in firm_stories.UNLISTED:
            day = calendar.working_day_before(today, 1)
            yield clock.shanghai(f"{day} 09:{number:02d}")
        else:
            yield first + timedelta(minutes=11 * number)
