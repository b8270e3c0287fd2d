"""Words inside columns."""

from django.db.models import Q


def contains(word: str, *columns: str) -> Q:
    """
    The condition that one of the columns holds the word, whatever its case.

    A word without case, as Chinese ones are, is looked for as it stands: PostgreSQL would fold every row first.
    """
    has_case = word.lower() != word.upper()
    found = Q()
    for column in columns:
        found |= Q(**{f"{column}__{'icontains' if has_case else 'contains'}": word})
    return found
