import pytest

from search.query import parse
from search.synonyms import Synonyms, market_synonyms
from search.terms import index_terms

SYNONYMS = Synonyms((("环评", "环境影响评价"), ("图审", "施工图设计文件审查"), ("监理", "建设工程监理")))


def finds(typed: str, *texts: str) -> bool:
    held = set(index_terms(texts))
    return any(held.issuperset(one.terms) for one in parse(typed, SYNONYMS).alternatives)


class TestParse:
    def test_a_short_word_is_searched_as_itself_and_as_its_full_term(self):
        query = parse("环评", SYNONYMS)

        assert [one.phrases for one in query.alternatives] == [("环评",), ("环境影响评价",)]
        assert query.expansions == (("环评", "环境影响评价"),)

    def test_a_short_word_inside_a_longer_one_is_expanded_in_its_place(self):
        assert parse("新北环评收费", SYNONYMS).alternatives[1].phrases == ("新北", "环境影响评价", "收费")

    def test_two_short_words_give_every_combination(self):
        assert len(parse("环评 图审", SYNONYMS).alternatives) == 4

    def test_a_short_word_that_its_full_term_contains_is_left_alone(self):
        query = parse("监理", SYNONYMS)

        assert [one.phrases for one in query.alternatives] == [("监理",)]
        assert query.expansions == ()

    @pytest.mark.parametrize("typed", ["", "   ", "，。（）", "---", "%_"])
    def test_nothing_to_search_is_false(self, typed):
        assert not parse(typed, SYNONYMS)

    def test_a_pasted_page_is_cut(self):
        assert len(parse("测绘" * 500, SYNONYMS).text) == 80

    def test_a_number_at_the_end_may_still_be_being_typed(self):
        assert parse("MX-2026", SYNONYMS).alternatives[0].terms == ("mx…", "2026…")
        assert parse("2026 MX", SYNONYMS).alternatives[0].terms == ("2026", "mx…")


class TestFinding:
    def test_a_short_word_finds_the_full_term(self):
        assert finds("环评", "建设项目环境影响评价文件审批")

    def test_a_short_word_still_finds_itself(self):
        assert finds("环评", "乌有环评咨询")

    def test_the_spoken_form_of_an_order_finds_the_written_one(self):
        assert finds("16号令", "国家发展改革委令第16号")

    def test_all_words_are_needed(self):
        assert not finds("环评 测绘", "建设项目环境影响评价文件审批")


class TestMarketSynonyms:
    def test_the_data_file_is_read(self):
        assert ("环评", "环境影响评价") in market_synonyms().full_by_short
        assert len(market_synonyms().full_by_short) == 29
