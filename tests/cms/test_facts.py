"""The facts of a regulation change in a version that one clerk hands in and another approves."""

import importlib
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupApprovalTask, Revision, Workflow, WorkflowTask

from cms import tasks
from cms.models import ApprovalByAnother, RegulationPage
from marketplace.accounts.console import sync_console_access
from marketplace.catalogue.loading import CatalogueLoader
from marketplace.catalogue.models import Regulation, ServiceItem
from marketplace.core import audit
from marketplace.core.additions import duties
from marketplace.core.permissions import Refused
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.catalogue import RegulationFactory, ServiceItemFactory
from tests.factories.cms import regulation_page, site

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator():
    """The market's operator, whose clerks `clerk` makes."""
    return OrganisationFactory(operator=True)


@pytest.fixture
def clerk(operator):
    """A clerk of the operator with a browser that is signed in."""

    def make():
        browser = Client()
        browser.membership = MembershipFactory(organisation=operator)
        sync_console_access(browser.membership.user)
        browser.force_login(browser.membership.user)
        return browser

    return make


@pytest.fixture
def writer(clerk):
    site()
    return clerk()


@pytest.fixture
def approver(clerk):
    return clerk()


@pytest.fixture
def regulation():
    page = regulation_page(RegulationFactory(document_no="常政发〔2015〕121号", title_zh="中介服务管理办法"))
    return page.regulation


def address(regulation, what="edit", *more):
    return reverse(f"wagtailsnippets_catalogue_regulation:{what}", args=(regulation.pk, *more))


def form_of(browser, regulation):
    form = browser.get(address(regulation)).context["form"]
    return {name: "" if form[name].value() is None else form[name].value() for name in form.fields}


def save(browser, regulation, *, act="", **changes):
    fields = form_of(browser, regulation) | changes | ({act: "1"} if act else {})
    return browser.post(address(regulation), fields)


def hand_in(browser, regulation, **changes):
    response = save(browser, regulation, act="action-submit", **changes)
    assert response.status_code == 302, response.context["form"].errors


def approve(browser, regulation, **changes):
    fields = form_of(browser, regulation) | changes
    return browser.post(
        address(regulation), fields | {"action-workflow-action": "true", "workflow-action-name": "approve"}
    )


def duties_of(browser):
    return duties.duties_of(browser.membership.user, browser.membership.organisation)


def title(regulation):
    return Regulation.objects.values_list("title_zh", flat=True).get(pk=regulation.pk)


class TestAVersion:
    def test_shows_nowhere_before_it_is_approved(self, client, writer, regulation):
        regulation_page(regulation)
        hand_in(writer, regulation, title_zh="还没有批准的名称", document_no="常政发〔2026〕9号")

        shown = [
            client.get(path).content.decode()
            for path in (
                regulation.get_absolute_url(),
                "/regulations/",
                "/regulations/feed/",
                "/api/v1/regulations/",
                "/search/?q=还没有批准",
                "/sitemap.xml",
                "/",
            )
        ]

        assert not any("还没有批准的名称" in each or "2026〕9号" in each or "2026-9号" in each for each in shown)
        assert "中介服务管理办法" in shown[0]
        assert RegulationPage.objects.get(regulation=regulation).slug == "常政发-2015-121号"

    def test_is_the_other_clerks_duty_and_the_regulation_once_approved(self, client, writer, approver, regulation):
        hand_in(writer, regulation, title_zh="新名称")
        waiting = [each for each in duties_of(approver) if "法规" in str(each.title)]
        looked_at = approver.get(waiting[0].url)

        answer = approve(approver, regulation)

        assert [(each.object_label, each.counterpart) for each in waiting] == [
            ("常政发〔2015〕121号 新名称", str(writer.membership.user))
        ]
        assert "中介服务管理办法 → <b>新名称</b>" in looked_at.content.decode()
        assert answer.status_code == 302
        assert title(regulation) == "新名称"
        assert "新名称" in client.get(regulation.get_absolute_url()).content.decode()
        assert duties_of(approver) == []

    def test_names_in_the_trail_who_wrote_and_who_approved_it(self, writer, approver, regulation):
        hand_in(writer, regulation, title_zh="新名称")
        before = audit.trail(f"catalogue:regulation:{regulation.pk}")
        approve(approver, regulation)

        changed, approved = audit.trail(f"catalogue:regulation:{regulation.pk}")
        regulation.refresh_from_db()
        assert before == []
        assert (changed.action, changed.actor) == ("changed", writer.membership.user)
        assert (changed.before, changed.after) == ({"title_zh": "中介服务管理办法"}, {"title_zh": "新名称"})
        assert (approved.action, approved.actor) == ("approved", approver.membership.user)
        assert regulation.corrected_fields == ["title_zh"]

    def test_of_another_number_takes_page_and_search_along_and_the_old_address_leads_on(
        self, client, writer, approver, regulation, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            hand_in(writer, regulation, document_no="常政发〔2026〕9号")
            approve(approver, regulation)

        before = client.get("/regulations/常政发-2015-121号/", follow=True)
        found = client.get("/search/", {"q": "中介服务管理办法"}).content.decode()

        assert before.redirect_chain[0][1] == 301
        assert before.context["regulation"].document_no == "常政发〔2026〕9号"
        assert "常政发〔2026〕9号" in found
        assert "常政发〔2015〕121号" not in found

    def test_of_a_new_document_is_nothing_to_choose_or_show_before(self, writer, approver):
        fields = dict.fromkeys(form_of(writer, RegulationFactory()), "")
        new = {
            "document_no": "常政发〔2026〕10号", "title_zh": "新办法", "issuer": "常州市人民政府", "topic": "中介服务",
            "recorded_status": "by_dates", "level": "local normative document", "checked": "lookup",
            "confidence": "low",
        }  # fmt: skip
        url = reverse("wagtailsnippets_catalogue_regulation:add")

        response = writer.post(url, fields | new | {"action-submit": "1"})

        draft = Regulation.objects.get(document_no="常政发〔2026〕10号")
        chooser = reverse("wagtailsnippetchoosers_catalogue_regulation:choose_results")
        before = writer.get(chooser, {"q": "新办法"}).content.decode()
        call_command("load_pages", verbosity=0)
        pages = RegulationPage.objects.filter(regulation=draft).count()
        approve(approver, draft)
        draft.refresh_from_db()
        assert response.status_code == 302
        assert "常政发〔2026〕10号" not in before
        assert pages == 0
        assert draft.live
        assert "常政发〔2026〕10号" in writer.get(chooser, {"q": "新办法"}).content.decode()
        assert [line.action for line in audit.trail(f"catalogue:regulation:{draft.pk}")] == ["created", "approved"]

    def test_that_cannot_be_is_refused_at_the_field(self, writer, regulation):
        response = save(writer, regulation, repealed_on="2026-12-31")

        assert list(response.context["form"].errors) == ["repealed_by"]
        assert regulation.revisions.count() == 0

    def test_is_not_saved_without_what_an_entry_has_to_have(self, writer, regulation):
        response = save(writer, regulation, title_zh="")

        assert list(response.context["form"].errors) == ["title_zh"]
        assert regulation.revisions.count() == 0


class TestTwoPeople:
    def test_who_hands_in_does_not_approve(self, writer, regulation):
        hand_in(writer, regulation, title_zh="新名称")
        state = Regulation.objects.get(pk=regulation.pk).current_workflow_task_state

        from_the_form = approve(writer, regulation)
        from_the_list = writer.post(address(regulation, "workflow_action", "approve", state.pk), {})

        assert from_the_form.status_code == 200
        assert from_the_list.status_code in (302, 403)
        assert title(regulation) == "中介服务管理办法"
        assert duties_of(writer) == []

    def test_who_approves_changes_nothing_on_the_way(self, writer, approver, regulation):
        hand_in(writer, regulation, title_zh="新名称")

        response = approve(approver, regulation, title_zh="另一个名称")

        assert response.status_code == 200
        assert "等待审批" in response.content.decode()
        assert title(regulation) == "中介服务管理办法"
        assert regulation.revisions.filter(content__title_zh="另一个名称").count() == 0

    def test_from_the_dashboard_it_is_approved_as_well(self, writer, approver, regulation):
        hand_in(writer, regulation, title_zh="新名称")
        state = Regulation.objects.get(pk=regulation.pk).current_workflow_task_state

        approver.post(address(regulation, "workflow_action", "approve", state.pk), {})

        assert title(regulation) == "新名称"

    def test_nobody_publishes_without_an_approval(self, writer, approver, regulation):
        save(writer, regulation, act="action-publish", title_zh="新名称")
        version = regulation.revisions.latest("pk")

        with pytest.raises(Refused):
            version.publish(user=approver.membership.user, skip_permission_checks=True)

        assert title(regulation) == "中介服务管理办法"

    def test_nobody_takes_a_regulation_down(self, writer, regulation):
        response = writer.post(address(regulation, "unpublish"))

        assert response.status_code in (302, 403)
        with pytest.raises(Refused):
            regulation.unpublish()
        assert Regulation.objects.get(pk=regulation.pk).live

    def test_a_returned_version_is_handed_in_again(self, writer, approver, regulation):
        hand_in(writer, regulation, title_zh="新名称")
        state = Regulation.objects.get(pk=regulation.pk).current_workflow_task_state
        approver.post(address(regulation, "workflow_action", "reject", state.pk), {"comment": "请核对"})

        hand_in(writer, regulation, title_zh="核对过的名称")
        approve(approver, regulation)

        assert title(regulation) == "核对过的名称"

    def test_a_regulator_reads_but_does_not_write(self, regulation):
        member = MembershipFactory(regulator=True)
        sync_console_access(member.user)
        browser = Client()
        browser.force_login(member.user)

        response = browser.post(address(regulation), {"title_zh": "x", "action-submit": "1"})

        assert response.status_code in (302, 403)
        assert regulation.revisions.count() == 0


class TestAPlannedChange:
    def test_goes_live_on_its_day_and_not_before(self, client, writer, approver, regulation):
        at = timezone.now() + timedelta(hours=2)
        hand_in(writer, regulation, title_zh="新名称", go_live_at=timezone.localtime(at).strftime("%Y-%m-%d %H:%M"))
        approve(approver, regulation)
        shown_before = client.get(regulation.get_absolute_url()).content.decode()
        done_before = tasks.publish_planned()

        version = Revision.objects.get(approved_go_live_at__isnull=False)
        content = version.content | {"go_live_at": (timezone.now() - timedelta(minutes=1)).isoformat()}
        Revision.objects.filter(pk=version.pk).update(
            approved_go_live_at=timezone.now() - timedelta(minutes=1), content=content
        )
        done = tasks.publish_planned()

        assert "新名称" not in shown_before
        assert (done_before, done) == (0, 1)
        assert title(regulation) == "新名称"
        assert [line.actor for line in audit.trail(f"catalogue:regulation:{regulation.pk}")] == [
            writer.membership.user,
            approver.membership.user,
        ]

    def test_is_called_off_by_who_may_hand_in_one(self, writer, approver, regulation):
        at = timezone.localtime(timezone.now() + timedelta(hours=2)).strftime("%Y-%m-%d %H:%M")
        hand_in(writer, regulation, title_zh="新名称", go_live_at=at)
        approve(approver, regulation)
        version = Revision.objects.get(approved_go_live_at__isnull=False)

        writer.post(address(regulation, "revisions_unschedule", version.pk))

        assert not Revision.objects.filter(approved_go_live_at__isnull=False).exists()
        assert Regulation.objects.get(pk=regulation.pk).live


class TestTheDataFiles:
    NUMBER = "国务院令第722号"

    @pytest.fixture
    def loaded(self, operator):
        CatalogueLoader(settings.FIXTURES).load()
        return Regulation.objects.get(document_no=self.NUMBER)

    def test_neither_lose_nor_publish_a_version_and_bring_what_it_does_not_change(self, loaded, writer, approver):
        site()
        hand_in(writer, loaded, title_zh="新名称")
        Regulation.objects.filter(pk=loaded.pk).update(topic_en="Old words")
        version = Revision.objects.get(pk=Regulation.objects.get(pk=loaded.pk).latest_revision_id)
        Revision.objects.filter(pk=version.pk).update(content=version.content | {"topic_en": "Old words"})

        again = CatalogueLoader(settings.FIXTURES)
        again.load()

        row = Regulation.objects.get(pk=loaded.pk)
        assert (row.title_zh, row.live, row.has_unpublished_changes) == ("优化营商环境条例", True, True)
        assert (again.created.total(), dict(again.changed)) == (0, {"regulation": 1})
        approve(approver, row)
        row.refresh_from_db()
        assert (row.title_zh, row.topic_en) == ("新名称", loaded.topic_en)
        assert row.corrected_fields == ["title_zh"]

    def test_do_not_undo_what_was_approved(self, loaded, writer, approver):
        site()
        hand_in(writer, loaded, title_zh="新名称")
        approve(approver, loaded)

        again = CatalogueLoader(settings.FIXTURES)
        again.load()

        assert title(loaded) == "新名称"
        assert (again.created.total(), again.changed.total()) == (0, 0)

    def test_cannot_contradict_an_ending_that_was_corrected(self, loaded, writer, approver):
        site()
        gone = Regulation.objects.get(document_no="国家发展改革委令第58号")
        hand_in(writer, gone, recorded_status="expired", repealed_by="")
        approve(approver, gone)

        CatalogueLoader(settings.FIXTURES).load()

        gone.refresh_from_db()
        assert (gone.recorded_status, gone.repealed_on, gone.repealed_by) == ("expired", date(2026, 4, 1), None)


class TestChoosers:
    @pytest.mark.parametrize("words", ["管理办法", "121号", "常政发[2015]121", "中介"])
    def test_find_a_regulation_by_title_and_number(self, writer, regulation, words):
        RegulationFactory(document_no="建办〔2020〕1号", title_zh="另一个通知")
        url = reverse("wagtailsnippetchoosers_catalogue_regulation:choose_results")

        found = writer.get(url, {"q": words}).content.decode()

        assert "常政发〔2015〕121号" in found
        assert "建办〔2020〕1号" not in found

    @pytest.mark.parametrize("words", ["环境影响", "HB-001", "hb"])
    def test_find_a_service_by_name_and_code(self, writer, words):
        item = ServiceItemFactory(code="HB-001")
        ServiceItem.objects.create(
            code="SL-002", category="water", name_zh="水土保持方案编制", matter=item.matter,
            approval_stage="construction", authority=item.authority, paid_by="applicant",
        )  # fmt: skip
        url = reverse("wagtailsnippetchoosers_catalogue_serviceitem:choose_results")

        found = writer.get(url, {"q": words}).content.decode()

        assert item.name_zh in found
        assert "水土保持方案编制" not in found


class TestUpdatingAMarket:
    def test_the_review_that_is_there_becomes_one_by_another_and_facts_pass_it(self):
        task = GroupApprovalTask.objects.create(name="运营方审核")
        workflow = Workflow.objects.create(name="发布审核")
        WorkflowTask.objects.create(workflow=workflow, task=task.task_ptr, sort_order=0)
        update = importlib.import_module("cms.migrations.0004_facts_are_approved_too")

        update.review_by_another(apps, None)
        update.review_facts(apps, None)

        [found] = workflow.tasks
        assert (found.pk, type(found.specific)) == (task.pk, ApprovalByAnother)
        assert Regulation.get_default_workflow() == workflow
