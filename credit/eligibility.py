"""What eligibility to bid asks of credit (RULES, "Effects"); the facts of a day, worked out, never a cached row."""

from dataclasses import dataclass
from datetime import date

from marketplace.accounts.models import Organisation

from .rating import Grade
from .services.standings import standing_of


@dataclass(frozen=True)
class CreditFacts:
    """Grade and restriction at the end of a day."""

    grade: Grade
    restricted_until: date | None

    @property
    def may_bid(self) -> bool:
        """Grade D or a restriction cannot bid."""
        return self.grade is not Grade.D and self.restricted_until is None

    def reaches(self, grade: str) -> bool:
        """Whether the grade is at least as good as the one that a request asks for."""
        return self.grade.rank <= Grade(grade).rank


def credit_facts(organisation: Organisation, on: date) -> CreditFacts:
    standing = standing_of(organisation, on)
    return CreditFacts(standing.grade, standing.thresholds.restricted_until)


def is_restricted(organisation: Organisation, on: date) -> bool:
    return standing_of(organisation, on).restricted
