import importlib
from io import BytesIO

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from PIL import Image as Drawing
from wagtail.admin.panels import MultiFieldPanel, TitleFieldPanel
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.images.views.serve import generate_image_url
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from cms.models import GuidePage, NoticeIndexPage, NoticePage, RegulationAttachment, RegulationIndexPage, RegulationPage
from cms.selectors import items_governed
from marketplace.accounts.console import sync_console_access
from marketplace.core.permissions import Refused
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.catalogue import RegulationFactory, ServiceItemFactory
from tests.factories.cms import library, notice_page, regulation_page, site

pytestmark = pytest.mark.django_db

NO_ROWS = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}


def official(**kind):
    user = UserFactory()
    MembershipFactory(user=user, organisation=OrganisationFactory(**kind))
    sync_console_access(user)
    return user


@pytest.fixture
def operator(client):
    site()
    client.force_login(user := official(operator=True))
    return user


@pytest.fixture
def regulator(client):
    site()
    client.force_login(user := official(authority=True))
    return user


def document(name="原文.pdf", content=b"%PDF-1.4 first", **fields):
    library()
    return Document.objects.create(title=name, file=ContentFile(content, name), **fields)


def picture(**fields):
    drawn = BytesIO()
    Drawing.new("RGB", (8, 6), "white").save(drawn, "PNG")
    library()
    return Image.objects.create(title="图", file=ContentFile(drawn.getvalue(), "a.png"), **fields)


class TestWritingAPage:
    def test_the_title_writes_the_address(self):
        for model in (NoticePage, GuidePage, RegulationPage):
            title = next(panel for panel in model.content_panels if isinstance(panel, MultiFieldPanel)).children[0]

            assert isinstance(title, TitleFieldPanel)

    def test_a_regulation_asks_for_no_address(self):
        assert "slug" not in RegulationPage.get_edit_handler().get_form_options()["fields"]

    def test_a_regulations_page_is_made_from_what_the_first_tab_asks(self, client, regulator):
        index, regulation = RegulationIndexPage.objects.get(), RegulationFactory(document_no="常政发〔2026〕9号")
        url = reverse("wagtailadmin_pages:add", args=["cms", "regulationpage", index.pk])

        response = client.post(
            url,
            nested_form_data(
                {
                    "regulation": regulation.pk,
                    "title": "办法",
                    "title_en": "",
                    "summary": "",
                    "summary_en": "",
                    "applies_now": "",
                    "applies_now_note": "",
                    "applies_now_note_en": "",
                    "original_url": "",
                    "attachments": NO_ROWS,
                    "extra_items": NO_ROWS,
                    "extra_schedules": NO_ROWS,
                    "body": streamfield([]),
                    "body_en": streamfield([]),
                    "seo_title": "",
                    "search_description": "",
                    "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0},
                }
            ),
        )

        page = RegulationPage.objects.get(regulation=regulation)
        assert response.status_code == 302
        assert (page.slug, page.live) == ("常政发-2026-9号", False)

    def test_a_regulations_page_names_further_services_that_a_chooser_finds(self, client, operator):
        page, item = regulation_page(), ServiceItemFactory(code="HB-001")
        url = reverse("wagtailadmin_pages:edit", args=[page.pk])
        form = client.get(url).context["form"]
        fields = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
        row = inline_formset([{"item": item.pk}])

        response = client.post(
            url,
            nested_form_data(
                fields
                | {
                    "attachments": NO_ROWS,
                    "extra_items": row,
                    "extra_schedules": NO_ROWS,
                    "body": streamfield([]),
                    "body_en": streamfield([]),
                    "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0},
                    "action-publish": "1",
                }
            ),
        )

        assert response.status_code == 302
        assert list(items_governed(RegulationPage.objects.get(pk=page.pk))) == [item]
        assert "id_extra_items-OPEN_MODAL" in client.get(url).content.decode()

    def test_a_version_from_before_names_its_further_services_still(self):
        page, item = regulation_page(), ServiceItemFactory(code="HB-001")
        version = page.save_revision()
        version.content["extra_items"] = [item.pk]
        version.save()
        update = importlib.import_module("cms.migrations.0005_further_items_one_by_one")

        update.take_over_in_versions(apps, None)

        version.refresh_from_db()
        assert [row.item for row in version.as_object().extra_items.all()] == [item]

    def test_a_notice_is_made_with_text(self, client, regulator):
        index = NoticeIndexPage.objects.get()
        url = reverse("wagtailadmin_pages:add", args=["cms", "noticepage", index.pk])

        response = client.post(
            url,
            nested_form_data(
                {
                    "title": "停机维护",
                    "title_en": "",
                    "slug": "停机维护",
                    "seo_title": "",
                    "search_description": "",
                    "issued_on": "2026-11-20",
                    "issuer": "",
                    "issuer_en": "",
                    "body": streamfield([("text", rich_text("<p>周六</p>"))]),
                    "body_en": streamfield([]),
                    "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0},
                }
            ),
        )

        assert response.status_code == 302
        assert NoticePage.objects.get(slug="停机维护").live is False


class TestAddresses:
    def test_a_page_that_moves_leads_on_in_both_languages(self, client, django_capture_on_commit_callbacks):
        page = NoticePage.objects.get(pk=notice_page(title="一", slug="old").pk)
        page.slug = "new"
        with django_capture_on_commit_callbacks(execute=True):
            page.save_revision().publish()

        chinese, english = client.get("/notices/old/"), client.get("/en/notices/old/")

        assert (chinese.status_code, chinese["Location"]) == (301, "/notices/new/")
        assert (english.status_code, english["Location"]) == (301, "/en/notices/new/")

    def test_a_document_with_another_number_leads_on(self, client, django_capture_on_commit_callbacks):
        regulation = RegulationFactory(document_no="常政发〔2015〕121号")
        regulation_page(regulation)
        regulation.document_no = "常政发〔2015〕212号"
        with django_capture_on_commit_callbacks(execute=True):
            regulation.save()

        page = client.get("/regulations/常政发-2015-212号/")
        before = client.get("/regulations/常政发-2015-121号/", follow=True)

        assert page.status_code == 200
        assert before.redirect_chain[0][1] == 301
        assert before.context["page"].pk == page.context["page"].pk

    def test_a_draft_of_a_renumbered_document_moves_without_a_trace(self, client):
        site()
        regulation = RegulationFactory(document_no="常政发〔2015〕121号")
        page = regulation_page(regulation, live=False)
        regulation.document_no = "常政发〔2015〕212号"
        regulation.save()

        page.refresh_from_db()

        assert page.slug == "常政发-2015-212号"
        assert client.get("/regulations/常政发-2015-121号/").status_code == 404


class TestFiles:
    def test_a_document_is_private_until_its_page_is_published(self, client):
        file, page = document(), regulation_page(live=False)
        page.attachments.add(RegulationAttachment(document=file, title="原文"))
        page.save()
        draft = client.get(file.url)

        page.save_revision().publish()

        assert draft.status_code == 404
        assert client.get(file.url).status_code == 200

    def test_a_document_that_a_text_links_to_is_public_with_the_text(self, client):
        file = document()
        page = notice_page()
        link = f'<p><a linktype="document" id="{file.pk}">原文</a></p>'
        page.body = [("text", link)]
        draft = page.save_revision()
        before = client.get(file.url)

        draft.publish()

        assert before.status_code == 404
        assert client.get(file.url).status_code == 200

    def test_officials_read_what_is_not_published_yet(self, client, regulator):
        assert client.get(document().url).status_code == 200

    def test_a_file_is_not_exchanged_under_a_published_page(self, client, operator):
        file, page = document(uploaded_by_user=operator), regulation_page(live=False)
        page.attachments.add(RegulationAttachment(document=file, title="原文"))
        page.save_revision().publish()
        kept = file.file.name

        response = client.post(
            reverse("wagtaildocs:edit", args=[file.pk]),
            {"title": file.title, "tags": "", "file": ContentFile(b"%PDF-1.4 other", "swap.pdf")},
        )

        file.refresh_from_db()
        assert response.status_code == 200
        assert "file" in response.context["form"].errors
        assert (file.file.name, file.file.read()) == (kept, b"%PDF-1.4 first")

    def test_a_draft_keeps_its_file_while_another_body_looks_on(self, client, regulator):
        of_another = document(uploaded_by_user=official(authority=True))

        response = client.post(
            reverse("wagtaildocs:edit", args=[of_another.pk]),
            {"title": "x", "tags": "", "file": ContentFile(b"%PDF-1.4 other", "swap.pdf")},
        )

        of_another.refresh_from_db()
        assert response.status_code in (302, 403)
        assert of_another.file.read() == b"%PDF-1.4 first"

    def test_a_file_that_was_published_is_not_deleted(self):
        file, page = document(), notice_page()
        page.body = [("text", f'<p><a linktype="document" id="{file.pk}">原文</a></p>')]
        page.save_revision().publish()
        NoticePage.objects.get(pk=page.pk).unpublish()

        with pytest.raises(Refused), transaction.atomic():
            file.delete()

        assert Document.objects.filter(pk=file.pk).exists()

    def test_a_picture_is_private_until_its_page_is_published(self, client):
        shown, page = picture(), notice_page()
        page.body = [("picture", {"image": shown, "alt_text": "示意图", "decorative": False})]
        draft = page.save_revision()
        address = generate_image_url(shown, "max-1200x1600", "cms:picture")
        before = client.get(address)

        draft.publish()
        after = client.get(address)

        assert (before.status_code, after.status_code) == (404, 200)
        assert after["Content-Type"] == "image/png"
        assert 'alt="示意图"' in client.get(page.url).content.decode()
