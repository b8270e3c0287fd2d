"""What a page says, without its markup: in English pages each piece of Chinese stands in an element of its own."""

import re


def words_of(response):
    return re.sub(r"<[^>]+>", "", response.content.decode())
