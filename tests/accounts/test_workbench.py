import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from marketplace.core import clock
from marketplace.core.additions import workbench
from marketplace.core.additions.duties import Duty, Matter
from tests.factories.accounts import MembershipFactory, NoticeFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

URL = "/workbench/"


def page_of(client, membership, url=URL):
    client.force_login(membership.user)
    return client.get(url)


def text_of(page):
    return page.content.decode()


def duty(title, **changes):
    values = {"object_label": "MX-2026-0001", "url": f"/{title}/", "action_label": "去办理"}
    return Duty(title, **{**values, **changes})


def matter(number, **changes):
    values = {
        "title": "环境影响报告书",
        "number": number,
        "url": f"/requests/{number}/",
        "stage": "接受报名",
        "stage_index": 2,
        "stage_count": 8,
        "next_step": "截止报名",
    }
    return Matter(**{**values, **changes})


class TestDuties:
    def test_stand_in_order_of_deadline_and_only_the_first_button_is_filled(self, client, registered, frozen_clock):
        now = clock.now()
        registered.provider(
            lambda user, organisation: [
                duty("without"),
                duty("later", started_at=now, due_at=now + timedelta(days=4)),
                duty("overdue", started_at=now - timedelta(days=7), due_at=now - timedelta(days=3)),
            ]
        )

        html = text_of(page_of(client, MembershipFactory()))

        assert re.findall(r'<span class="duty-title">(\w+)</span>', html) == ["overdue", "later", "without"]
        listed = re.search(r'<ol class="duties">.*?</ol>', html, re.DOTALL).group()
        assert re.findall(r'class="btn (btn-[a-z-]+) btn-sm"\s+href="/(\w+)/"', listed) == [
            ("btn-primary", "overdue"),
            ("btn-outline-primary", "later"),
            ("btn-outline-primary", "without"),
        ]
        assert "有 3 件事等您办理，1 件已超期" in html

    def test_a_reader_looks_and_has_no_button_to_act(self, client, registered):
        registered.provider(lambda user, organisation: [duty("one")])

        html = text_of(page_of(client, MembershipFactory(reader=True)))

        assert "您是只读成员" in html
        assert "去办理" not in html
        assert 'href="/one/"' in html

    def test_are_those_of_the_organisation_that_the_person_acts_in(self, client, registered):
        membership = MembershipFactory()
        asked = []
        registered.provider(lambda user, organisation: asked.append((user, organisation)) or [])

        page_of(client, membership)

        assert asked == [(membership.user, membership.organisation)]


class TestMatters:
    def test_current_and_past_ones_are_apart_and_long_lists_have_a_page(self, client, registered, frozen_clock):
        now = clock.now()
        registered.matters(
            lambda user, organisation: [
                *[matter(f"MX-2026-{n:04}", next_at=now + timedelta(days=n), amount=Decimal(100)) for n in range(8)],
                *[matter(f"HT-2026-{n:04}", finished_at=now - timedelta(days=n)) for n in range(5)],
            ]
        )
        membership = MembershipFactory()

        page = page_of(client, membership)

        shown = re.findall(r"(MX-2026-\d{4})</span>", text_of(page))
        assert shown == [f"MX-2026-{n:04}" for n in range(6)]
        assert "全部 8 项" in text_of(page)
        assert "全部 5 项" in text_of(page)
        assert len(client.get(reverse("accounts:matter-list")).context["page"].object_list) == 8
        history = client.get(reverse("accounts:history"))
        assert [each.number for each in history.context["page"].object_list] == [f"HT-2026-{n:04}" for n in range(5)]

    def test_a_counted_date_of_a_year_not_published_is_marked_and_a_bid_deadline_is_not(
        self, client, registered, frozen_clock
    ):
        january = clock.shanghai("2027-01-06 00:00")
        registered.matters(
            lambda user, organisation: [
                matter("HT-2026-0001", next_at=january, is_counted=True),
                matter("MX-2026-0002", next_at=january),
                matter("HT-2026-0003", next_at=clock.shanghai("2026-12-31 00:00"), is_counted=True),
            ]
        )

        page = text_of(page_of(client, MembershipFactory()))

        rows = re.findall(r'<span class="sub">\s*(\d\d-\d\d[^<]*?)\s*</span>', page)
        assert [" ".join(row.split()) for row in rows] == ["12-30 24:00", "01-05 24:00 （暂定）", "01-05 24:00"]


class TestEmptyStates:
    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            ("enterprise", "符合条件的机构会密封报价"),
            ("intermediary", "有可报名的需求"),
            ("authority", "待核验的入驻"),
            ("operator", "待审核的需求"),
        ],
    )
    def test_say_what_comes_next_per_kind(self, client, registered, kind, words):
        membership = MembershipFactory(organisation=OrganisationFactory(**{kind: True}))

        assert words in text_of(page_of(client, membership))

    def test_a_person_without_an_organisation_is_led_to_one(self, client):
        client.force_login(UserFactory())

        html = text_of(client.get(URL))

        assert "您还没有加入任何单位" in html
        assert f'href="{reverse("accounts:organisation-create")}"' in html

    def test_public_bodies_are_led_to_the_console(self, client, registered):
        html = text_of(page_of(client, MembershipFactory(regulator=True)))

        assert 'class="btn btn-primary" href="/console/"' in html

    def test_a_reader_is_led_nowhere(self, client, registered):
        html = text_of(page_of(client, MembershipFactory(regulator=True, reader=True)))

        assert 'class="btn btn-primary" href="/console/"' not in html


class TestTabs:
    def test_are_those_of_the_kind_with_the_present_one_marked(self, client, registered):
        workbench.tab("需求", "accounts:matter-list", kinds={"enterprise"}, order=20, count=lambda *_: 7)
        workbench.tab("报价", "accounts:history", kinds={"intermediary"}, order=30)

        html = text_of(page_of(client, MembershipFactory()))

        tabs = re.search(r'<nav class="tabs.*?</nav>', html, re.DOTALL).group()
        assert '需求 <span class="count">7</span>' in tabs
        assert "报价" not in tabs
        assert re.findall(r'href="([^"]+)" aria-current="page"', tabs) == [URL]

    def test_pages_below_a_tab_keep_it_marked(self, client):
        html = text_of(page_of(client, MembershipFactory(), reverse("accounts:organisation-change")))

        tabs = re.search(r'<nav class="tabs.*?</nav>', html, re.DOTALL).group()
        assert re.findall(r'href="([^"]+)" aria-current="page"', tabs) == [reverse("accounts:organisation-detail")]

    def test_the_primary_action_comes_first(self, monkeypatch):
        monkeypatch.setattr(workbench, "_actions", [])
        workbench.action("second", "accounts:workbench", kinds={"enterprise"}, order=5)
        workbench.action("first", "accounts:workbench", kinds={"enterprise"}, order=10, primary=True)

        assert [each.label for each in workbench.actions_of("enterprise")] == ["first", "second"]


class TestSwitcher:
    def test_changes_the_organisation_that_the_person_acts_in(self, client):
        first = MembershipFactory()
        second = MembershipFactory(user=first.user)
        client.force_login(first.user)
        assert client.get(URL).context["workbench"].organisation == first.organisation

        response = client.post(reverse("accounts:switch-organisation"), {"organisation": second.organisation_id})

        assert response.url == URL
        assert client.get(URL).context["workbench"].organisation == second.organisation

    @pytest.mark.parametrize("chosen", ["", "x", "-1", "9" * 30, None])
    def test_another_s_organisation_is_not_there(self, client, chosen):
        membership = MembershipFactory()
        client.force_login(membership.user)
        stranger = MembershipFactory()
        value = stranger.organisation_id if chosen is None else chosen

        response = client.post(reverse("accounts:switch-organisation"), {"organisation": value})

        assert response.status_code == 404
        assert client.get(URL).context["workbench"].organisation == membership.organisation

    def test_a_lost_membership_falls_back_to_the_first(self, client):
        first = MembershipFactory()
        second = MembershipFactory(user=first.user)
        client.force_login(first.user)
        client.post(reverse("accounts:switch-organisation"), {"organisation": second.organisation_id})
        second.is_active = False
        second.save()

        assert client.get(URL).context["workbench"].organisation == first.organisation

    def test_only_an_address_of_this_site_is_followed(self, client):
        membership = MembershipFactory()
        client.force_login(membership.user)
        form = {"organisation": membership.organisation_id}

        for following, expected in (("/en/workbench/", "/en/workbench/"), ("https://elsewhere.example/", URL)):
            response = client.post(reverse("accounts:switch-organisation"), {**form, "next": following})
            assert response.url == expected


class TestQueries:
    def test_are_as_many_whatever_there_is_to_show(self, client, registered, django_assert_num_queries):
        membership = MembershipFactory()
        MembershipFactory(user=membership.user)
        client.force_login(membership.user)
        client.get(URL)

        with django_assert_num_queries(7):
            client.get(URL)

        NoticeFactory.create_batch(10, user=membership.user)
        with django_assert_num_queries(7):
            client.get(URL)

    def test_of_the_members_page_too(self, client, registered, django_assert_num_queries):
        membership = MembershipFactory()
        client.force_login(membership.user)
        url = reverse("accounts:organisation-detail")
        client.get(url)
        MembershipFactory.create_batch(10, organisation=membership.organisation)

        with django_assert_num_queries(11):
            client.get(url)
