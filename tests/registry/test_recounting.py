from marketplace.accounts.models import Notice
from marketplace.core import audit, clock
from marketplace.registry.models import Registration
from tests.registry import filings


def test_a_registration_is_checked_within_as_many_days_and_the_firm_told(working_calendar, frozen_clock):
    frozen_clock.move_to("2026-12-31 10:00")
    registration, person = filings.filed()
    assert registration.due_at == clock.shanghai("2027-01-05 00:00")
    working_calendar.publish("2027-01-01")

    working_calendar.settle()

    registration = Registration.objects.get(pk=registration.pk)
    assert registration.due_at == clock.shanghai("2027-01-06 00:00")
    assert audit.trail(registration.audit_matter)[-1].action == "clock.recounted"
    notice = Notice.objects.get(key__contains="recounted")
    assert (notice.user, notice.url) == (person, registration.get_absolute_url())
