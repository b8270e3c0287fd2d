"""What every page of the site has around it, parts of which are kept by language and section."""

import pytest
from bs4 import BeautifulSoup
from django.template import Context, Template
from django.utils.safestring import mark_safe
from django.utils.translation import override

from marketplace.ui.addresses import in_language
from marketplace.ui.marks import icon
from marketplace.ui.navigation import SECTIONS
from tests.factories.accounts import MembershipFactory
from tests.factories.cms import site
from tests.factories.credit import CreditModelFactory

PREFIXES = ("", "/en")


def page(client, path):
    return BeautifulSoup(client.get(path).content, "html.parser")


def navigation(document):
    return document.select(".site-nav a")


@pytest.mark.django_db
class TestNavigation:
    @pytest.fixture(autouse=True)
    def _site(self):
        site()
        CreditModelFactory()

    def test_its_links_are_the_sections(self, client):
        for prefix in PREFIXES:
            links = [link["href"] for link in navigation(page(client, f"{prefix}/"))]

            assert {link.removeprefix(prefix).strip("/") for link in links} == SECTIONS

    @pytest.mark.parametrize("prefix", PREFIXES)
    def test_each_page_marks_its_own_section_whatever_was_seen_before(self, client, prefix):
        client.get(f"{prefix}/")
        for section in [*sorted(SECTIONS), *sorted(SECTIONS, reverse=True)]:
            document = page(client, f"{prefix}/{section}/")

            marked = document.select(".site-header [aria-current]")
            assert [link["href"] for link in marked] == [f"{prefix}/{section}/"] * 2
        assert not page(client, f"{prefix}/").select(".site-header [aria-current]")

    def test_the_languages_have_their_own_head_and_foot(self, client):
        for _ in range(2):
            chinese, english = page(client, "/services/"), page(client, "/en/services/")
            assert chinese.select(".site-header .btn")[0].get_text() == "登录"
            assert english.select(".site-header .btn")[0].get_text() == "Sign in"
            assert chinese.select("#footer-help")[0].get_text() == "帮助"
            assert english.select("#footer-help")[0].get_text() == "Help"

    def test_the_head_of_somebody_signed_in_is_nobody_elses(self, client):
        member = MembershipFactory(organisation__name_zh="常州乌有新材料有限公司")
        visitor = type(client)()
        for _ in range(2):
            client.force_login(member.user)
            assert "常州乌有新材料有限公司" in client.get("/services/").content.decode()
            content = visitor.get("/services/").content.decode()
            assert "常州乌有新材料有限公司" not in content
            assert "登录" in content
            assert "退出" not in content


@pytest.mark.parametrize(
    ("path", "language", "other"),
    [
        ("/services/?q=a%26b&stage=x", "en", "/en/services/?q=a%26b&stage=x"),
        ("/en/services/?q=a", "zh-hans", "/services/?q=a"),
        ("/en/services/", "en", "/en/services/"),
        ("/", "en", "/en/"),
        ("/en/", "zh-hans", "/"),
        ("/energy/", "en", "/en/energy/"),
        ("/regulations/常政发-2015-121号/", "en", "/en/regulations/%E5%B8%B8%E6%94%BF%E5%8F%91-2015-121%E5%8F%B7/"),
    ],
)
def test_the_address_in_the_other_language(rf, path, language, other):
    assert in_language(Context({"request": rf.get(path)}), language) == other


def test_icons_are_kept_apart_by_what_is_safe():
    mark = "<b>"
    for _ in range(2):
        assert "&lt;b&gt;" in icon(mark)
        assert "<b>" in icon(mark_safe(mark))
        assert 'aria-label="&lt;b&gt;"' in icon("search", mark)


class TestGrade:
    def rendered(self, source, **values):
        with override("zh-hans"):
            return Template("{% load ui %}" + source).render(Context(values))

    def test_letter_alone(self):
        assert self.rendered('{% grade "AA" %}') == (
            '<span class="grade grade-aa"><span class="grade-letter">'
            '<span class="visually-hidden">信用等级 </span>AA</span></span>'
        )

    def test_with_everything(self):
        assert self.rendered('{% grade "D" score size="card" provisional=True stacked=True %}', score="71.2") == (
            '<span class="grade grade-d grade-provisional grade-card grade-stacked"><span class="grade-letter">'
            '<span class="visually-hidden">信用等级 </span>D<span class="visually-hidden"> 暂定</span></span>'
            '<span class="grade-score">71.20</span></span>'
        )

    def test_what_it_is_given_is_escaped(self):
        assert "<script>" not in self.rendered("{% grade letter %}", letter="<script>")
