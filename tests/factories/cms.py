from contextlib import nullcontext
from unittest.mock import patch

from wagtail.models import Collection

from cms import services
from cms.models import GuideIndexPage, NoticeIndexPage, NoticePage, RegulationIndexPage, RegulationPage
from tests.factories.catalogue import RegulationFactory


def site(*, with_guides=False):
    """The site with its home page and index pages; whatever the catalogue holds has its page."""
    with nullcontext() if with_guides else patch("cms.services.guides", return_value=[]):
        services.load_pages()
    return RegulationIndexPage.objects.get()


def library():
    """The collection in which files lie; a test that empties the database takes the migrations' one with it."""
    return Collection.get_first_root_node() or Collection.add_root(name="Root")


def regulation_page(regulation=None, *, live=True, **fields):
    """A regulation's page below the index, published unless `live` is false."""
    index = RegulationIndexPage.objects.first() or site()
    regulation = regulation or RegulationFactory()
    if existing := RegulationPage.objects.filter(regulation=regulation).first():
        return existing
    page = RegulationPage(
        regulation=regulation, title=regulation.title_zh, title_en=regulation.title_en, live=False, **fields
    )
    index.add_child(instance=page)
    revision = page.save_revision()
    if live:
        revision.publish()
        page.refresh_from_db()
    return page


def notice_page(**fields):
    index = NoticeIndexPage.objects.first() or (site() and NoticeIndexPage.objects.get())
    page = NoticePage(
        **({"title": "市场规则更新", "title_en": "Market rules updated", "issuer": "市政务服务中心"} | fields)
    )
    index.add_child(instance=page)
    page.save_revision().publish()
    return page


def guide_index():
    """The guides, those that come with the market included."""
    site(with_guides=True)
    return GuideIndexPage.objects.get()
