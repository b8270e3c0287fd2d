"""
Which evaluators a request announces, and whom a tie keeps from marking in it.

A tie is declared, or follows from the record: the employer, and every organisation that the person is or was a member
of. It reaches the firms related to that organisation, as among bidders (RULES, Bids).
"""

from collections.abc import Collection, Iterable, Mapping

from .relations import Ties


def is_competent(of_person: Collection[str], of_request: frozenset[str]) -> bool:
    """Whether an evaluator knows one of a request's fields."""
    return bool(of_request.intersection(of_person))


def tied(interests: Mapping[int, Iterable[int]], parties: set[int], ties: Mapping[int, Ties]) -> set[int]:
    """
    The evaluators who are tied to one of some organisations.

    :param interests: by evaluator, the organisations whose interests are theirs
    :param ties: of all organisations named
    """

    def reaches(interest: int) -> bool:
        return interest in parties or any(ties[interest].shared_with(ties[party]) for party in parties)

    return {evaluator for evaluator, found in interests.items() if any(reaches(one) for one in found)}
