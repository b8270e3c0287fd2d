import pytest
from django.core import mail
from django.urls import reverse

from marketplace.accounts.models import Notice
from marketplace.core import clock, outbox
from marketplace.tendering import services
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.registry import OfferFactory
from tests.factories.tendering import WorkRequestFactory, bidder_for, member_of, publish

pytestmark = pytest.mark.django_db


def offering(work_request, **organisation):
    """An eligible firm that offers everything that the request asks for."""
    firm = bidder_for(work_request, **organisation)
    for row in work_request.request_items.all():
        OfferFactory(intermediary=firm, item=row.item)
    return firm


def told_of_publication(firm):
    return member_of(firm.organisation).notices.filter(key__contains=":published_for_you").count()


class TestOnPublication:
    def test_every_eligible_firm_that_offers_what_is_asked_hears_of_it(self, frozen_clock):
        work_request = WorkRequestFactory()
        offers, does_not_offer, of_another = (
            offering(work_request),
            bidder_for(work_request),
            OfferFactory().intermediary,
        )
        MembershipFactory(organisation=of_another.organisation)
        publish(work_request)

        outbox.run_due()

        assert (told_of_publication(offers), told_of_publication(does_not_offer)) == (1, 0)
        assert not Notice.objects.filter(organisation=of_another.organisation).exists()
        notice = member_of(offers.organisation).notices.get(key__contains=":published_for_you")
        assert notice.url == f"/requests/{work_request.number}/"
        assert work_request.number in notice.title_en
        assert work_request.owner.name_zh in notice.body_zh

    def test_by_mail_too(self, frozen_clock):
        work_request = WorkRequestFactory()
        firm = offering(work_request)
        publish(work_request)

        outbox.run_due()

        address = member_of(firm.organisation).email
        assert [work_request.number in each.subject for each in mail.outbox if address in each.to] == [True]

    def test_direct_selection_has_no_bidders_to_tell(self, frozen_clock):
        work_request = WorkRequestFactory(direct=True)
        firm = offering(work_request)
        publish(work_request)

        outbox.run_due()

        assert told_of_publication(firm) == 0


class TestTurnsEnd:
    @pytest.fixture
    def clerk(self):
        return MembershipFactory(organisation=OrganisationFactory(operator=True)).user

    def submitted(self):
        work_request = WorkRequestFactory()
        services.submit_request(request_id=work_request.pk, actor=member_of(work_request.owner))
        work_request.refresh_from_db()
        return work_request

    def test_waits_for_review_leads_to_the_review_and_ends_with_it(self, frozen_clock, clerk):
        work_request = self.submitted()
        notice = clerk.notices.get()

        services.review_request(request_id=work_request.pk, publish_it=True, actor=clerk)

        assert notice.url == f"/console/requests/{work_request.number}/review/"
        assert not clerk.notices.unread().exists()

    def test_a_return_leads_to_the_page_that_shows_its_reasons(self, frozen_clock, client, clerk):
        work_request = self.submitted()

        services.review_request(request_id=work_request.pk, publish_it=False, reasons="限价没有依据", actor=clerk)

        owner = member_of(work_request.owner)
        notice = owner.notices.unread().get(key__contains=":returned:")
        client.force_login(owner)
        page = client.get(notice.url)
        assert page.status_code == 200
        assert "限价没有依据" in page.content.decode()
        assert "限价没有依据" in notice.body_zh

    def test_taken_back_waits_for_nobody(self, frozen_clock, clerk):
        work_request = self.submitted()

        services.take_back_request(request_id=work_request.pk, actor=member_of(work_request.owner))

        assert not clerk.notices.unread().exists()

    def test_a_question_leads_to_its_answer_and_ends_with_it(self, frozen_clock, client):
        work_request = WorkRequestFactory(published=True)
        firm = bidder_for(work_request)
        question = services.ask_question(
            request_id=work_request.pk, intermediary=firm, text="范围？", actor=member_of(firm.organisation)
        )
        owner = member_of(work_request.owner)
        notice = owner.notices.get(key__contains=":question:1")
        client.force_login(owner)
        page = client.get(notice.url)

        services.answer_question(question_id=question.pk, answer="见附件", actor=owner)

        notice.refresh_from_db()
        assert page.status_code == 200
        assert notice.url == reverse("tendering:question-answer", args=[work_request.number, 1])
        assert notice.settled_at == clock.now()

    def test_an_ended_request_waits_for_nobody(self, frozen_clock):
        work_request = WorkRequestFactory(published=True)
        firm = bidder_for(work_request)
        services.ask_question(
            request_id=work_request.pk, intermediary=firm, text="范围？", actor=member_of(firm.organisation)
        )
        owner = member_of(work_request.owner)

        services.terminate_request(request_id=work_request.pk, reason="不再需要", actor=owner)

        assert not owner.notices.filter(settled_at=None).exclude(turn="").exists()
