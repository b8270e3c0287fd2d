import pytest
from django.core import mail
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import notices
from marketplace.accounts.models import Notice
from marketplace.core import clock, outbox
from tests.factories.accounts import MembershipFactory, NoticeFactory, UserFactory

pytestmark = pytest.mark.django_db


def notify(organisation, key="request:MX-2026-0001:published", **changes):
    values = {"subject": "标题", "body": "正文", "url": "/workbench/", "key": key}
    notices.notify(organisation=organisation, **{**values, **changes})


class TestNotify:
    def test_tells_every_active_member_once(self):
        member = MembershipFactory()
        MembershipFactory(organisation=member.organisation, left=True)
        MembershipFactory()

        notify(member.organisation)
        notify(member.organisation)
        outbox.run_due()

        assert list(Notice.objects.values_list("user", "title_zh")) == [(member.user_id, "标题")]
        assert [message.to for message in mail.outbox] == [[member.user.email]]

    def test_writes_to_each_in_their_language(self):
        chinese = MembershipFactory()
        english = MembershipFactory(organisation=chinese.organisation, user__language="en")

        notify(
            chinese.organisation,
            subject=_("The invitation to %(email)s is withdrawn."),
            params={"email": "a@example.com"},
        )

        outbox.run_due()
        subjects = {message.to[0]: message.subject for message in mail.outbox}
        assert subjects == {
            english.user.email: "[明选] The invitation to a@example.com is withdrawn.",
            chinese.user.email: "[明选] 发给 a@example.com 的邀请已撤回。",
        }

    def test_mails_a_link_in_the_reader_s_language(self):
        member = MembershipFactory(user__language="en")

        notify(member.organisation)
        outbox.run_due()

        assert mail.outbox[0].body.endswith("/en/workbench/\n")

    @pytest.mark.parametrize("path", ["/workbench/?page=2", "/en/workbench/?page=2"])
    def test_a_path_is_turned_into_either_language(self, path):
        assert notices.path_in(path, "zh-hans") == "/workbench/?page=2"
        assert notices.path_in(path, "en") == "/en/workbench/?page=2"

    def test_a_percent_sign_in_text_without_params_stays(self):
        member = MembershipFactory()

        notify(member.organisation, subject="下浮 100%")

        assert Notice.objects.get().title == "下浮 100%"


class TestReading:
    def test_notes_when_and_only_the_first_time(self, frozen_clock):
        notice = NoticeFactory()
        notices.mark_read(notice=notice)
        first = clock.now()
        frozen_clock.advance(hours=1)

        notices.mark_read(notice=notice)

        assert Notice.objects.get().read_at == first

    def test_all_at_once_leaves_those_of_others(self):
        user = UserFactory()
        NoticeFactory.create_batch(2, user=user)
        other = NoticeFactory()

        assert notices.mark_all_read(user=user) == 2

        assert list(Notice.objects.unread()) == [other]


class TestPage:
    def test_lists_a_person_s_own_in_a_fixed_number_of_queries(self, client, registered, django_assert_num_queries):
        member = MembershipFactory()
        client.force_login(member.user)
        NoticeFactory.create_batch(25, user=member.user, organisation=member.organisation)
        NoticeFactory(title_zh="别人的通知")
        client.get(reverse("accounts:notice-list"))

        with django_assert_num_queries(7):
            page = client.get(reverse("accounts:notice-list"))

        assert len(page.context["page"].object_list) == 20
        assert "别人的通知" not in page.content.decode()
        assert len(client.get(reverse("accounts:notice-list") + "?page=2").context["page"].object_list) == 5

    def test_opening_one_reads_it_and_goes_to_its_page(self, client):
        notice = NoticeFactory(url="/workbench/matters/")
        client.force_login(notice.user)

        response = client.post("/en" + reverse("accounts:notice-open", args=[notice.pk]))

        assert response.url == "/en/workbench/matters/"
        assert not Notice.objects.unread().exists()

    def test_an_address_outside_is_not_followed(self, client):
        notice = NoticeFactory(url="https://elsewhere.example/")
        client.force_login(notice.user)

        response = client.post(reverse("accounts:notice-open", args=[notice.pk]))

        assert response.url == reverse("accounts:notice-list")

    def test_those_of_others_are_not_there(self, client):
        notice = NoticeFactory()
        client.force_login(UserFactory())

        response = client.post(reverse("accounts:notice-open", args=[notice.pk]))

        assert response.status_code == 404
        assert Notice.objects.unread().exists()

    def test_the_header_counts_what_is_unread(self, client):
        member = MembershipFactory()
        NoticeFactory.create_batch(3, user=member.user)
        NoticeFactory(user=member.user, read=True)
        client.force_login(member.user)

        page = client.get(reverse("accounts:workbench"))

        assert page.context["unread_notices"] == 3
        assert '<span class="count-badge">3</span>' in page.content.decode()
