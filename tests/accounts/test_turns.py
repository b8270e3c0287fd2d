import pytest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from marketplace.accounts import notices
from marketplace.accounts.models import Notice
from marketplace.core.models import DueWork
from tests.factories.accounts import MembershipFactory, OrganisationFactory

pytestmark = pytest.mark.django_db


def tell(*organisations, key="x:told", turn="", **params):
    notices.notify_all(
        organisations=organisations,
        subject=_("Notices"),
        body=_("All read"),
        url="/workbench/",
        key=key,
        turn=turn,
        params=params or None,
    )


class TestNotifyAll:
    def test_every_active_member_of_all_is_told_once_and_mailed_once(self):
        firms = [MembershipFactory().organisation for _ in range(3)]
        MembershipFactory(organisation=firms[0])
        MembershipFactory(organisation=firms[0], is_active=False)

        tell(*firms)
        tell(*firms)

        assert Notice.objects.count() == 4
        assert DueWork.objects.filter(kind=notices.KIND).count() == 4

    def test_many_take_as_few_queries_as_one(self, django_assert_num_queries):
        firms = [MembershipFactory().organisation for _ in range(30)]

        with django_assert_num_queries(5):
            tell(*firms)

    def test_both_languages_are_kept_and_shown_as_the_reader_reads_now(self):
        tell(MembershipFactory().organisation)

        notice = Notice.objects.get()

        with override("zh-hans"):
            assert (notice.title, notice.body) == ("通知", "全部已读")
        with override("en"):
            assert (notice.title, notice.body) == ("Notices", "All read")


class TestSettle:
    def test_what_waited_is_done_for_everybody_who_was_told(self, frozen_clock):
        organisation = OrganisationFactory(operator=True)
        one, other = MembershipFactory.create_batch(2, organisation=organisation)
        tell(organisation, key="a", turn="request:1:review")
        tell(organisation, key="b", turn="request:2:review")
        tell(organisation, key="c")

        notices.settle("request:1:review")

        for member in (one, other):
            unread = Notice.objects.visible_to(member.user).unread()
            assert {notice.key.split(":")[0] for notice in unread} == {"b", "c"}

    def test_a_matter_that_is_over_waits_for_nobody(self, frozen_clock):
        organisation = MembershipFactory().organisation
        tell(organisation, key="a", turn="request:1:review")
        tell(organisation, key="b", turn="request:1:question:2")
        tell(organisation, key="c", turn="request:12:review")

        notices.settle_matter("request:1")

        assert [notice.turn for notice in Notice.objects.unread()] == ["request:12:review"]

    def test_it_is_shown_as_done(self, client, frozen_clock):
        member = MembershipFactory()
        tell(member.organisation, turn="request:1:review")
        notices.settle("request:1:review")
        client.force_login(member.user)

        page = client.get("/en/workbench/notices/").content.decode()

        assert "Done" in page
        assert "is-unread" not in page
