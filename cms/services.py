"""Setting up the site: its tree of pages, who may write and publish, and what comes with the market."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import override
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Workflow,
    WorkflowContentType,
    WorkflowPage,
    WorkflowTask,
)

from marketplace.accounts.console import OPERATORS, REGULATORS, group
from marketplace.catalogue.models import Regulation

from .content.guides import Guide, guides
from .content.regulations import MARKET_PRICES, MARKET_PRICES_EN, editorial
from .models import (
    ApprovalByAnother,
    GuideIndexPage,
    GuidePage,
    HomePage,
    NoticeIndexPage,
    RegulationIndexPage,
    RegulationPage,
)

WORKFLOW = "发布审核"
REVIEW = "运营方审核"
P = TypeVar("P", bound=Page)


@transaction.atomic
def load_pages(progress: Callable[[str], None] = lambda line: None) -> None:
    """
    Create whatever is missing of the site; what editors have made or changed stays as it is.

    Regulations come from the catalogue, so that is loaded first.
    """
    with override(settings.LANGUAGE_CODE):
        home = _home()
        regulations = _index(
            home, RegulationIndexPage, "regulations", "法规与收费标准", "Regulations and fee standards"
        )
        notices = _index(home, NoticeIndexPage, "notices", "公告", "Notices")
        manual = _index(home, GuideIndexPage, "guides", "操作指南", "Guides")
        for title in _load_regulations(regulations):
            progress(title)
        for title in _load_guides(manual):
            progress(title)
        grant_rights(home, writers_of=(regulations, notices))
        ensure_workflow(home)


def _home() -> HomePage:
    Locale.objects.get_or_create(language_code=get_supported_content_language_variant(settings.LANGUAGE_CODE))
    root = Page.get_first_root_node() or Page.add_root(instance=Page(title="Root", slug="root"))
    home = HomePage.objects.child_of(root).first()
    if home is None:
        # The page that Wagtail's own migration makes, in the way of ours.
        root.get_children().exact_type(Page).filter(slug="home").delete()
        root.refresh_from_db()
        home = _publish(
            root,
            HomePage(
                title="明选",
                title_en="Mingxuan",
                slug="home",
                heading="审批要用的中介服务，在这里公开挑选",
                heading_en="The services your approval needs, chosen in the open",
                lead="环评、测绘、图审、监理等服务：收费算给您看，报价密封到截止，选取结果任何人都能重算。",
                lead_en="Environmental assessment, surveying, design review, supervision and more: fees worked out"
                " before your eyes, bids sealed until the deadline, and results that anybody can recompute.",
            ),
        )
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "localhost", "root_page": home, "site_name": "明选"}
    )
    return home


def _index(home: HomePage, model: type[P], slug: str, title: str, title_en: str) -> P:
    found = model.objects.child_of(home).first()
    return found or _publish(home, model(title=title, title_en=title_en, slug=slug, show_in_menus=True))


def _publish(parent: Page, page: P) -> P:
    parent.add_child(instance=page)
    page.save_revision().publish()
    return page


def _load_regulations(parent: RegulationIndexPage) -> Iterator[str]:
    present = set(RegulationPage.objects.values_list("regulation_id", flat=True))
    by_number = {regulation.document_no: regulation for regulation in Regulation.objects.live().order_by("pk")}
    for regulation in by_number.values():
        if regulation.pk not in present:
            _publish(parent, _regulation_page(regulation, by_number))
            yield str(regulation)


def _regulation_page(regulation: Regulation, by_number: dict[str, Regulation]) -> RegulationPage:
    notes = editorial().get(regulation.document_no, {})
    now = by_number.get(notes.get("applies_now", ""))
    return RegulationPage(
        regulation=regulation,
        title=regulation.title_zh,
        title_en=regulation.title_en,
        slug=regulation.slug,
        summary=notes.get("summary", ""),
        summary_en=notes.get("summary_en", ""),
        applies_now=now,
        applies_now_note=MARKET_PRICES if now else "",
        applies_now_note_en=MARKET_PRICES_EN if now else "",
    )


def _load_guides(parent: GuideIndexPage) -> Iterator[str]:
    present = set(GuidePage.objects.child_of(parent).values_list("slug", flat=True))
    for guide in guides():
        if guide.slug not in present:
            _publish(parent, _guide_page(guide))
            yield guide.title


def _guide_page(guide: Guide) -> GuidePage:
    return GuidePage(
        title=guide.title,
        title_en=guide.title_en,
        slug=guide.slug,
        summary=guide.summary,
        summary_en=guide.summary_en,
        body=guide.body,
        body_en=guide.body_en,
    )


def grant_rights(home: HomePage, *, writers_of: tuple[Page, ...]) -> None:
    """Regulators write regulations and notices and submit them; operators edit and publish everything."""
    regulators, operators = group(REGULATORS), group(OPERATORS)
    for index in writers_of:
        _grant(regulators, index, "add_page", "change_page")
    _grant(operators, home, "add_page", "change_page", "publish_page", "lock_page", "unlock_page")
    # Who may only add changes what is their own, and nobody another body's.
    files = Collection.get_first_root_node() or Collection.add_root(name="Root")
    for who in (regulators, operators):
        for permission in _permissions("add_document", "choose_document", "add_image", "choose_image"):
            GroupCollectionPermission.objects.get_or_create(group=who, collection=files, permission=permission)
    changing = _permissions("change_document")
    GroupCollectionPermission.objects.filter(group__in=(regulators, operators), permission__in=changing).delete()


def _grant(who: Group, page: Page, *codenames: str) -> None:
    for permission in _permissions(*codenames):
        GroupPagePermission.objects.get_or_create(group=who, page=Page.objects.get(pk=page.pk), permission=permission)


def _permissions(*codenames: str) -> Any:
    apps = ("wagtailcore", "wagtaildocs", "wagtailimages")
    return Permission.objects.filter(
        content_type__app_label__in=apps, content_type__model__in=("page", "document", "image"), codename__in=codenames
    )


def ensure_workflow(home: HomePage) -> None:
    """Pages and facts of regulations that were asked for are approved by an operator who has not asked."""
    task, _created = ApprovalByAnother.objects.get_or_create(name=REVIEW)
    task.groups.add(group(OPERATORS))
    workflow, _created = Workflow.objects.get_or_create(name=WORKFLOW)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task.task_ptr, defaults={"sort_order": 0})
    WorkflowPage.objects.get_or_create(page=Page.objects.get(pk=home.pk), defaults={"workflow": workflow})
    facts = ContentType.objects.get_for_model(Regulation)
    WorkflowContentType.objects.get_or_create(content_type=facts, defaults={"workflow": workflow})
