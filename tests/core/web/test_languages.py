"""Chinese in English pages is marked as Chinese."""

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import override

from marketplace.core.web.languages import LanguageMiddleware, marked


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<td>常州乌有有限公司</td>", '<td lang="zh-Hans">常州乌有有限公司</td>'),
        ('<a href="/x/">常政发〔2015〕121号</a>', '<a href="/x/" lang="zh-Hans">常政发〔2015〕121号</a>'),
        ("<p>Owner: 常州乌有</p>", '<p>Owner: <bdi lang="zh-Hans">常州乌有</bdi></p>'),
        ("<p>甲公司 and 乙公司</p>", '<p><bdi lang="zh-Hans">甲公司</bdi> and <bdi lang="zh-Hans">乙公司</bdi></p>'),
        ("<p>Under 《办法》, see below</p>", '<p>Under <bdi lang="zh-Hans">《办法》</bdi>, see below</p>'),
        ("<li><svg></svg>常州乌有</li>", '<li><svg></svg><bdi lang="zh-Hans">常州乌有</bdi></li>'),
        ("<p>常州<br>Owner</p>", '<p><bdi lang="zh-Hans">常州</bdi><br>Owner</p>'),
        ('<option value="1">Firm 甲</option>', '<option value="1" lang="zh-Hans">Firm 甲</option>'),
        ("<textarea>\n甲 and B</textarea>", '<textarea lang="zh-Hans">\n甲 and B</textarea>'),
        ("<title>常州乌有 · Mingxuan</title>", "<title>常州乌有 · Mingxuan</title>"),
        ('<span lang="zh-Hans">常州</span>', '<span lang="zh-Hans">常州</span>'),
        ('<script>let name = "常州";</script>', '<script>let name = "常州";</script>'),
        (
            '<script>let a = "<b>常</b>"; b</script><p>州 A</p>',
            '<script>let a = "<b>常</b>"; b</script><p><bdi lang="zh-Hans">州</bdi> A</p>',
        ),
        ('<p title="常州">州</p>', '<p title="常州" lang="zh-Hans">州</p>'),
        (
            "<p>州</p><p>州 a 州<br>州",
            '<p lang="zh-Hans">州</p><p><bdi lang="zh-Hans">州</bdi> a <bdi lang="zh-Hans">州</bdi><br>'
            '<bdi lang="zh-Hans">州</bdi>',
        ),
        ("州 and more", "州 and more"),
        ('<img alt="常州"><p>English</p>', '<img alt="常州"><p>English</p>'),
        ("<p>¥1,000.00 &amp; 90.5%, “quoted” – no Chinese</p>", "<p>¥1,000.00 &amp; 90.5%, “quoted” – no Chinese</p>"),
    ],
)
def test_each_piece_stands_in_an_element_that_says_so(html, found):
    assert marked(html) == found


class TestTheAnswer:
    def answer(self, rf, response, language):
        with override(language):
            return LanguageMiddleware(lambda request: response)(rf.get("/"))

    @pytest.mark.parametrize(
        ("language", "page", "marks"),
        [
            ("en", "<p>常州</p>", 1),
            ("zh-hans", "<p>常州</p>", 0),
            ("zh-hans", '<html class="x" lang="en"><p>常州</p>', 1),
            ("en", '<html lang="zh-hans"><p>常州</p>', 0),
        ],
    )
    def test_is_marked_where_its_page_is_english(self, rf, language, page, marks):
        response = self.answer(rf, HttpResponse(page), language)

        assert response.content.decode().count('lang="zh-Hans"') == marks

    def test_is_left_alone_where_it_is_no_page(self, rf):
        for kind in ("application/json", "text/csv"):
            assert (
                self.answer(rf, HttpResponse("<p>常州</p>", content_type=kind), "en").content.decode() == "<p>常州</p>"
            )
        streamed = self.answer(rf, StreamingHttpResponse(["<p>常州</p>"]), "en")
        assert b"".join(streamed.streaming_content).decode() == "<p>常州</p>"
