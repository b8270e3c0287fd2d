import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.terms import compact, fold, index_terms, phrase_terms


def finds(phrase: str, *texts: str, codes: tuple[str, ...] = ()) -> bool:
    held = set(index_terms(texts, codes))
    wanted = phrase_terms(phrase, open_end=True)
    return bool(wanted) and held.issuperset(wanted)


class TestFold:
    @pytest.mark.parametrize(
        ("typed", "folded"),
        [
            ("ＨＢ－００１", "hb-001"),
            ("ＭＸ２０２６", "mx2026"),
            ("（商业）", "(商业)"),
            ("㎡", "m2"),
            ("PM２.5", "pm2.5"),
        ],
    )
    def test_full_width_and_capitals_become_half_width_and_small(self, typed, folded):
        assert fold(typed) == folded


class TestCompact:
    @pytest.mark.parametrize(
        ("code", "joined"),
        [
            ("计价格〔2002〕10号", "计价格200210号"),
            ("计价格[2002] 10号", "计价格200210号"),
            ("国务院令第722号", "国务院令第722号"),
            ("CN-JJG-2002-125", "cnjjg2002125"),
            ("MX-2026-0001", "mx20260001"),
        ],
    )
    def test_separators_are_dropped(self, code, joined):
        assert compact(code) == joined


class TestIndexTerms:
    def test_chinese_gives_characters_and_bigrams_each_once(self):
        assert index_terms(["测测绘"]) == ["测", "绘", "测测", "测绘"]

    def test_a_latin_word_gives_itself_and_its_prefixes(self):
        assert index_terms(["Fee"]) == ["fee", "f…", "fe…", "fee…"]

    def test_mixed_text_is_cut_at_the_change_of_script(self):
        assert index_terms(["2万吨"]) == ["2", "2…", "万", "吨", "万吨"]

    def test_bigrams_do_not_reach_over_punctuation(self):
        assert "宅商" not in index_terms(["住宅、商业"])

    def test_a_code_is_found_without_its_separators_too(self):
        assert "hb001" in index_terms([], codes=["HB-001"])

    def test_no_term_contains_a_space(self):
        assert not [term for term in index_terms(["a b　c d"]) if " " in term]


class TestFinding:
    def test_one_character(self):
        assert finds("水", "水土保持方案编制")
        assert not finds("火", "水土保持方案编制")

    def test_two_characters(self):
        assert finds("测绘", "房产测绘（住宅）")
        assert not finds("绘测", "房产测绘（住宅）")

    def test_two_words_match_in_any_order(self):
        assert finds("住宅 测绘", "房产测绘（住宅）")

    def test_chinese_with_latin_and_digits(self):
        assert finds("2万吨电子级", "年产 2 万吨电子级环氧树脂项目")

    def test_latin_words_match_by_their_beginning_only(self):
        assert finds("Env impact", "Environmental impact report")
        assert not finds("mental", "Environmental impact report")

    @pytest.mark.parametrize(
        "typed", ["计价格〔2002〕10号", "计价格[2002]10号", "计价格（2002）10号", "10号", "〔2002〕10号"]
    )
    def test_a_document_number_however_its_brackets_are_typed(self, typed):
        assert finds(typed, "计价格〔2002〕10号")

    @pytest.mark.parametrize("typed", ["国务院令第722号", "722号", "722", "令第722号"])
    def test_an_order_by_its_parts(self, typed):
        assert finds(typed, "国务院令第722号")

    def test_a_finished_number_is_not_a_prefix(self):
        assert not finds("12号", "计价格〔2002〕125号")

    @pytest.mark.parametrize("typed", ["CN-JJG-2002-125", "cnjjg2002125", "jjg 2002", "CN-JJG-2002-12"])
    def test_a_schedule_code_whole_joined_and_half_typed(self, typed):
        assert finds(typed, codes=("CN-JJG-2002-125",))

    @pytest.mark.parametrize("typed", ["MX-2026-0001", "mx20260001", "MX-2026-00", "0001"])
    def test_a_request_number(self, typed):
        assert finds(typed, codes=("MX-2026-0001",))

    @given(st.text(alphabet="环境影响评价报告书测绘ab12（）〔〕 ", min_size=1, max_size=30), st.data())
    def test_every_piece_of_a_text_finds_it(self, text, data):
        start = data.draw(st.integers(0, len(text) - 1))
        # From the beginning of a run on: words are found by their beginnings, numbers whole or at the end.
        piece = text[start:] if start == 0 or not text[start - 1].isalnum() or not text[start].isascii() else text

        if phrase_terms(piece):
            assert finds(piece, text)
