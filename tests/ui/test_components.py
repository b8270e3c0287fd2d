"""The components: what they draw and say, in both languages."""

from datetime import date
from decimal import Decimal

import django_filters
import pytest
from django import forms
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from marketplace.core import calendar, clock
from marketplace.core.models import CalendarDay
from marketplace.ui import components

pytestmark = pytest.mark.django_db


def rendered(source: str, language: str = "zh-hans", url: str = "/", **context):
    with translation.override(language):
        request = RequestFactory().get(url)
        template = Template("{% load i18n market ui %}" + source)
        return " ".join(template.render(Context({"request": request, **context})).split())


class TestRuler:
    @pytest.mark.parametrize(
        ("ratio", "x"), [("1", 73), ("0.8", 26.74), ("1.2", 119.26), ("0.7", 3.61), ("0.5", 3.61), ("1.6", 142.39)]
    )
    def test_the_dot_stands_on_one_axis_and_is_clamped_to_its_ends(self, ratio, x):
        assert components.ruler_dot(Decimal(ratio)) == x

    def test_readers_hear_the_percentage_with_one_decimal(self):
        assert 'aria-label="参考价的 86.0%"' in rendered("{% ruler 0.86 %}")

    def test_a_price_without_a_reference_has_no_ruler(self):
        assert "—" in rendered("{% ruler nothing %}", nothing=None)


class TestWaterfall:
    def test_each_bar_begins_where_the_one_before_ends(self):
        figure = components.waterfall(
            start=Decimal("86"),
            start_label="",
            start_note="",
            changes=[components.Change("", "", Decimal("4.39")), components.Change("", "", Decimal("-0.30"))],
            score=Decimal("90.09"),
            score_label="",
            score_note="",
        )

        start, up, down, score = figure.bars
        assert [bar.kind for bar in figure.bars] == ["start", "up", "down", "score"]
        assert up.x == start.x
        assert down.x == score.x
        assert [(line.grade, line.score) for line in figure.lines] == [("AAA", 95), ("AA", 90)]


class TestClock:
    def face(self, due, now, **kwargs):
        started = clock.shanghai("2026-11-18 09:30")
        return calendar.clock_face(started, clock.shanghai(due), clock.shanghai(now), **kwargs)

    @pytest.fixture(autouse=True)
    def _filled_calendar(self):
        calendar.fill()

    def test_days_left_and_the_date(self, frozen_clock):
        face = self.face("2026-11-30 17:00", "2026-11-23 10:00")

        html = rendered("{% clock face %}", face=face)

        assert "剩 5 个工作日" in html
        assert "11-30 17:00" in html

    def test_on_its_day_only_the_hour_counts(self, frozen_clock):
        face = self.face("2026-11-23 17:00", "2026-11-23 12:30")

        html = rendered("{% clock face %}", face=face)

        assert "今天 17:00 截止" in html
        assert "11-23" not in html

    def test_overdue_says_since_when(self, frozen_clock):
        face = self.face("2026-11-21 00:00", "2026-11-23 10:00")

        html = rendered("{% clock face %}", face=face)

        assert "已超期 1 个工作日" in html
        assert "应于 11-20 前" in html

    def test_in_english(self, frozen_clock):
        face = self.face("2026-11-30 17:00", "2026-11-23 10:00")

        html = rendered("{% clock face %}", language="en", face=face)

        assert "5 working days" in html
        assert "30 Nov, 17:00" in html

    def test_stopped_and_done_have_words_of_their_own(self, frozen_clock):
        stopped = self.face("2026-11-30 17:00", "2026-11-23 10:00", stopped=True)
        done = self.face("2026-11-30 17:00", "2026-11-23 10:00", done=True)

        assert "已暂停" in rendered("{% clock face %}", face=stopped)
        assert "按时完成" in rendered("{% clock face %}", face=done)


class TestGrade:
    def test_the_letter_stands_beside_the_score_and_has_a_name(self):
        html = rendered("{% grade 'AA' 92.764 %}")

        assert "信用等级" in html
        assert "grade-aa" in html
        assert "92.76" in html

    def test_a_warning_shows_its_last_day(self):
        assert "警示，至 2027-05-17" in rendered("{% grade 'C' 77.36 warned_until=on %}", on=date(2027, 5, 17))

    def test_no_standing_says_so(self):
        assert "未评级" in rendered("{% standing nothing %}", nothing=None)


class TestTimeline:
    def test_the_phone_form_counts_the_present_step(self):
        steps = [
            components.Step("已发布", "done", "11-18"),
            components.Step("接受报名", "now", "至 11-30"),
            components.Step("公示", "ahead", "12-01"),
        ]

        html = rendered("{% timeline steps %}", steps=steps)

        assert "第 2 步，共 3 步：接受报名" in html
        assert "下一步：公示，12-01" in html
        assert html.count('aria-current="step"') == 1

    def test_a_next_step_without_a_date_ends_with_its_name(self):
        html = rendered(
            "{% timeline steps %}", steps=[components.Step("服务中", "now"), components.Step("完成", "ahead")]
        )

        assert "，" not in html.split("下一步：完成")[1].split("</p>")[0]


class TestWorking:
    def test_the_last_row_is_the_total_unless_one_says_so(self):
        rows = [{"label": "内插"}, {"label": "系数", "total": True}, {"label": "浮动"}]

        html = rendered("{% working rows %}", rows=rows)

        assert html.index("working-total") < html.index("系数") < html.index("浮动")
        assert html.count("working-total") == 1

    def test_a_missing_coefficient_is_marked(self):
        assert "缺少" in rendered(
            "{% working rows %}", rows=[{"label": "行业系数", "missing": True}, {"label": "参考价"}]
        )


class Filters(django_filters.FilterSet):
    district = django_filters.MultipleChoiceFilter(
        label="区", choices=[("320411", "新北区"), ("320412", "武进区")], widget=forms.CheckboxSelectMultiple
    )
    q = django_filters.CharFilter(label="搜索")


class TestLists:
    url = "/?district=320411&district=320412&q=环评&page=3"

    def filterset(self):
        query = QueryDict(self.url.partition("?")[2])
        return Filters(query, queryset=CalendarDay.objects.none())

    def test_each_chip_takes_off_its_own_value_and_the_page(self):
        html = rendered("{% active_filters filter %}", url=self.url, filter=self.filterset())

        assert html.count("chip") >= 3
        assert 'href="?district=320412&amp;q=%E7%8E%AF%E8%AF%84"' in html

    def test_facets_carry_the_search_words_along(self):
        html = rendered("{% facets filter %}", url=self.url, filter=self.filterset())

        assert '<input type="hidden" name="q" value="环评">' in html
        assert 'name="page"' not in html

    def test_a_value_from_the_address_is_escaped(self):
        url = "/?q=<script>alert(1)</script>"
        filterset = Filters(QueryDict("q=<script>alert(1)</script>"), queryset=CalendarDay.objects.none())

        html = rendered("{% active_filters filter %}{% facets filter %}{% search_box %}", url=url, filter=filterset)

        assert "<script>" not in html

    def test_pages_keep_the_other_parameters(self):
        page = Paginator(range(118), 10).page(2)

        html = rendered("{% pagination page unit='家' %}", url="/?grade=AA&page=2", page=page)

        assert "第 11–20 家，共 118 家" in html
        assert 'href="?grade=AA&amp;page=3" rel="next"' in html


class Particulars(forms.Form):
    name = forms.CharField(label="名称", help_text="与执照一致")
    kind = forms.ChoiceField(label="类型", choices=[("a", "甲")], widget=forms.RadioSelect)
    note = forms.CharField(label="备注", required=False)


class TestForms:
    def test_an_error_stands_at_the_field_and_in_the_summary_with_the_same_words(self):
        form = Particulars({"kind": "a"})
        form.is_valid()

        html = rendered("{% error_summary form %}{% field form.name %}", form=form)

        assert "有 1 处需要修改" in html
        assert '<a href="#id_name">' in html
        assert html.count("请填写：名称") == 2
        assert 'aria-describedby="id_name_hint id_name_error"' in html
        assert 'aria-invalid="true"' in html

    def test_a_choice_that_is_missing_links_to_its_first_radio(self):
        form = Particulars({"name": "某"})
        form.is_valid()

        assert 'href="#id_kind_0"' in rendered("{% error_summary form %}", form=form)

    def test_what_need_not_be_filled_says_so(self):
        assert "（选填）" in rendered("{% field form.note %}", form=Particulars())

    def test_no_summary_before_the_form_is_sent(self):
        assert "error-summary" not in rendered("{% error_summary form %}", form=Particulars())


class TestMessages:
    def test_words_of_a_notice_are_escaped(self):
        html = rendered("{% notice 'danger' lead=words %}{{ words }}{% endnotice %}", words="<b>x</b>")

        assert "<b>x</b>" not in html
        assert html.count("&lt;b&gt;x&lt;/b&gt;") == 2

    def test_the_home_page_heads_every_breadcrumb(self):
        html = rendered("{% breadcrumbs '采购需求' '/requests/' 'MX-2026-0001' %}")

        assert html.index("首页") < html.index("采购需求") < html.index('aria-current="page">MX-2026-0001')


class TestComponentsPage:
    @pytest.mark.parametrize("url", ["/components/", "/en/components/"])
    def test_it_opens_in_both_languages(self, client, url):
        assert client.get(url).status_code == 200

    def test_it_is_not_there_without_its_setting(self, client, settings):
        settings.SHOWCASE = False

        assert client.get("/components/").status_code == 404
