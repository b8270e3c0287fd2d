from datetime import date
from typing import Any, Self

from django.db import models

from marketplace.accounts.permissions import is_regulator

from .rating import Grade
from .states import DECISIONS, StepKind


class CreditModelQuerySet(models.QuerySet):
    def in_force_on(self, day: date) -> Any:
        """The version of a day; for days before the first version, the first one."""
        return self.filter(effective_on__lte=day).last() or self.first()


class ConductEventQuerySet(models.QuerySet):
    def with_steps(self) -> Self:
        return self.select_related("rule").prefetch_related("steps")

    def public(self) -> Self:
        """Decided and not dismissed; cases not decided are neither shown nor counted."""
        return self.filter(steps__kind=StepKind.EFFECTIVE)

    def awaiting_decision(self) -> Self:
        return self.exclude(steps__kind__in=DECISIONS)

    def visible_to(self, user: Any) -> Self:
        return self if is_regulator(user) else self.public()


class CurrentStandingQuerySet(models.QuerySet):
    def best_first(self) -> Self:
        return self.order_by("grade_rank", "-score", "organisation_id")

    def red_list(self) -> Self:
        return self.filter(grade=Grade.AAA)

    def restricted(self) -> Self:
        return self.exclude(restricted_until=None)

    def warned(self) -> Self:
        return self.exclude(warned_until=None)
