from search.highlight import segments


def marked(text: str, *phrases: str) -> list[str]:
    return [piece.text for piece in segments(text, phrases) if piece.matched]


class TestSegments:
    def test_the_pieces_make_up_the_text(self):
        pieces = segments("环境影响报告书编制", ["环境影响评价"])

        assert [(piece.text, piece.matched) for piece in pieces] == [("环境影响", True), ("报告书编制", False)]

    def test_one_character_is_marked_wherever_it_stands(self):
        assert marked("水土保持与水资源", "水") == ["水", "水"]

    def test_a_single_common_character_of_a_longer_word_is_not(self):
        assert marked("价格评估", "评价") == []

    def test_less_than_half_of_a_long_word_is_not(self):
        assert marked("生态环境部", "环境影响评价") == []

    def test_a_latin_word_is_marked_from_its_beginning(self):
        assert marked("Environmental impact, implied", "imp") == ["imp", "imp"]
        assert marked("Environmental", "men") == []

    def test_full_width_text_is_marked_by_half_width_words(self):
        assert marked("ＨＢ－００１", "hb", "001") == ["ＨＢ", "００１"]

    def test_nothing_matched_is_one_piece(self):
        assert [(piece.text, piece.matched) for piece in segments("测绘", [])] == [("测绘", False)]
