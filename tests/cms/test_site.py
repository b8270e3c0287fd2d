from io import StringIO

import pytest
from django.core.management import call_command
from wagtail.models import Page, Site, Workflow

from cms.content.guides import blocks, guides
from cms.content.regulations import editorial
from cms.models import GuidePage, HomePage, RegulationPage
from cms.services import WORKFLOW
from marketplace.accounts.console import sync_console_access
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.catalogue import RegulationFactory
from tests.factories.cms import guide_index, notice_page, regulation_page, site

pytestmark = pytest.mark.django_db


class TestLoadPages:
    def test_makes_the_tree_and_a_page_for_each_regulation(self):
        RegulationFactory.create_batch(2)

        call_command("load_pages", stdout=StringIO())

        home = HomePage.objects.get()
        assert Site.objects.get(is_default_site=True).root_page_id == home.pk
        assert [page.slug for page in home.get_children()] == ["regulations", "notices", "guides"]
        assert RegulationPage.objects.live().count() == 2

    def test_again_it_changes_nothing_that_an_editor_wrote(self):
        guide_index()
        guide = GuidePage.objects.first()
        guide.title = "改过的标题"
        guide.save_revision().publish()
        before = Page.objects.count()

        out = StringIO()
        call_command("load_pages", stdout=out)

        assert Page.objects.count() == before
        assert GuidePage.objects.filter(title="改过的标题").exists()
        assert "0 pages created" in out.getvalue()

    def test_a_regulation_added_later_gets_its_page(self):
        site()
        regulation = RegulationFactory()

        call_command("load_pages", stdout=StringIO())

        assert regulation.page.live


class TestGuides:
    def test_every_guide_says_all_in_both_languages(self):
        for guide in guides():
            assert all((guide.title, guide.title_en, guide.summary, guide.summary_en)), guide.slug
            kinds = [[kind for kind, _value in body] for body in (guide.body, guide.body_en)]
            assert kinds[0].count("heading") == kinds[1].count("heading"), guide.slug
            assert kinds[0].count("table") == kinds[1].count("table"), guide.slug

    def test_those_that_the_frame_links_to_are_there(self, client):
        guide_index()
        for slug in (
            "service-hall",
            "accessibility",
            "questions",
            "open-data",
            "objections",
            "contracts",
            "market-rules",
        ):
            assert client.get(f"/guides/{slug}/").status_code == 200
            assert client.get(f"/en/guides/{slug}/").status_code == 200

    def test_the_index_lists_them_in_both_languages(self, client):
        guide_index()

        assert "怎样发布采购需求" in client.get("/guides/").content.decode()
        assert "How to post a request" in client.get("/en/guides/").content.decode()

    def test_blocks_are_read_from_plain_text(self):
        assert blocks("## 标题\n一段 <b>\n\n- 甲\n- **乙**\n1. 一\n| 头 | 数 |\n| 行 | 1 |") == [
            ("heading", "标题"),
            ("text", "<p>一段 &lt;b&gt;</p><ul><li>甲</li><li><b>乙</b></li></ul><ol><li>一</li></ol>"),
            (
                "table",
                {
                    "data": [["头", "数"], ["行", "1"]],
                    "first_row_is_table_header": True,
                    "table_header_choice": "row",
                },
            ),
        ]

    def test_a_page_is_at_most_fifteen_queries(self, client, django_assert_max_num_queries):
        guide_index()
        client.get("/guides/credit/")

        with django_assert_max_num_queries(15):
            client.get("/guides/credit/")


class TestNotices:
    def test_the_youngest_first_in_both_languages(self, client):
        notice_page(title="旧公告", issued_on="2026-01-01")
        notice_page(title="新公告", title_en="New notice", issued_on="2026-11-01")

        chinese = client.get("/notices/").content.decode()

        assert chinese.index("新公告") < chinese.index("旧公告")
        assert "New notice" in client.get("/en/notices/").content.decode()

    def test_filters(self, client):
        notice_page(title="旧公告", issued_on="2025-01-01")
        notice_page(title="新公告", issued_on="2026-11-01", issuer="市发展改革委")

        assert [page.title for page in client.get("/notices/", {"year": 2025}).context["page_obj"]] == ["旧公告"]
        assert [page.title for page in client.get("/notices/", {"q": "新公"}).context["page_obj"]] == ["新公告"]
        assert client.get("/notices/", {"issuer": "市发展改革委"}).context["page_obj"].paginator.count == 1

    def test_empty_it_says_what_will_stand_there(self, client):
        site()

        assert "还没有发布公告" in client.get("/notices/").content.decode()

    def test_a_notice_has_its_page(self, client):
        page = notice_page()

        assert "市政务服务中心" in client.get(page.url).content.decode()


class TestEditorial:
    def test_every_note_speaks_both_languages(self):
        for number, note in editorial().items():
            assert note["summary"], number
            assert note["summary_en"], number


@pytest.fixture
def regulator():
    user = UserFactory()
    MembershipFactory(user=user, organisation=OrganisationFactory(authority=True))
    sync_console_access(user)
    return user


@pytest.fixture
def operator():
    user = UserFactory()
    MembershipFactory(user=user, organisation=OrganisationFactory(operator=True))
    sync_console_access(user)
    return user


class TestWorkflow:
    def test_a_regulator_writes_and_submits_but_does_not_publish(self, regulator):
        page = regulation_page(live=False)

        rights = page.permissions_for_user(regulator)

        assert rights.can_edit()
        assert rights.can_submit_for_moderation()
        assert not rights.can_publish()

    def test_a_regulator_does_not_touch_guides_or_home(self, regulator):
        index = guide_index()

        assert not index.permissions_for_user(regulator).can_add_subpage()
        assert not HomePage.objects.get().permissions_for_user(regulator).can_edit()

    def test_what_an_operator_approves_is_published(self, regulator, operator):
        page = regulation_page(live=False)
        workflow = Workflow.objects.get(name=WORKFLOW)
        state = workflow.start(page, regulator)

        state.current_task_state.approve(user=operator)

        page.refresh_from_db()
        assert page.live

    def test_what_an_operator_rejects_stays_a_draft(self, regulator, operator):
        page = regulation_page(live=False)
        state = Workflow.objects.get(name=WORKFLOW).start(page, regulator)

        state.current_task_state.reject(user=operator, comment="状态未核对")

        page.refresh_from_db()
        assert not page.live

    def test_the_submitter_cannot_approve(self, regulator):
        page = regulation_page(live=False)
        state = Workflow.objects.get(name=WORKFLOW).start(page, regulator)

        actions = state.current_task_state.task.specific.get_actions(page, regulator)

        assert "approve" not in [name for name, *_rest in actions]


class TestConsoleSearch:
    @pytest.mark.parametrize("words", ["收费", "环评", "125号", "Fee not", "费"])
    def test_pages_are_found_by_short_words(self, client, operator, words):
        regulation_page(
            RegulationFactory(
                document_no="计价格〔2002〕125号", title_zh="环境影响评价收费通知", title_en="Fee notice for EIA"
            )
        )
        client.force_login(operator)

        text = client.get("/console/pages/search/results/", {"q": words}).content.decode()

        assert "环境影响评价收费通知" in text

    def test_what_was_renamed_is_found_by_its_new_name_only(self):
        page = notice_page(title="旧的名称")
        page.title = "新的叫法"
        page.save_revision().publish()

        assert [found.pk for found in Page.objects.search("叫法")] == [page.pk]
        assert not list(Page.objects.search("名称"))

    def test_what_was_deleted_is_forgotten(self):
        notice_page(title="将被删除").delete()

        assert not list(Page.objects.search("删除"))
