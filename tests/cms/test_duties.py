import pytest
from wagtail.models import Workflow

from cms.services import WORKFLOW
from marketplace.accounts.console import sync_console_access
from marketplace.core import calendar, clock
from marketplace.core.additions import duties
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.cms import notice_page

pytestmark = pytest.mark.django_db


class TestPageApprovals:
    def test_a_page_that_waits_is_the_operators_duty_with_a_deadline(self, frozen_clock):
        operator = MembershipFactory(organisation=OrganisationFactory(operator=True))
        writer = MembershipFactory(organisation=OrganisationFactory(authority=True)).user
        sync_console_access(operator.user)
        page = notice_page(title="停机维护")
        with clock.at("2026-11-23 10:00"):
            Workflow.objects.get(name=WORKFLOW).start(page, writer)

        [duty] = [each for each in duties.duties_of(operator.user, operator.organisation) if "页面" in str(each.title)]

        assert duty.object_label == "停机维护"
        assert duty.url == f"/console/pages/{page.pk}/edit/"
        assert duty.due_at == calendar.end_of_working_day(clock.date_of(duty.started_at), 2)

    def test_who_wrote_it_does_not_approve_it(self, frozen_clock):
        operator = MembershipFactory(organisation=OrganisationFactory(operator=True))
        page = notice_page()
        Workflow.objects.get(name=WORKFLOW).start(page, operator.user)

        assert duties.duties_of(operator.user, operator.organisation) == []
