"""What pages read of contracts, each in a fixed number of queries."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, Exists, OuterRef, Prefetch, QuerySet

from marketplace.accounts.models import Organisation

from .models import (
    ASPECTS,
    Contract,
    ContractRating,
    ContractText,
    Deliverable,
    Milestone,
    PartStatement,
    Signature,
    aspect_label,
)
from .policy import ContractingPolicy
from .querysets import ContractQuerySet
from .states import LIVE

#: Whether a contract for several services waits for its intermediary to say what each costs.
WANTS_PARTS = Exists(Contract.items.through.objects.filter(contract=OuterRef("pk")).order_by("pk")[1:2]) & ~Exists(
    PartStatement.objects.filter(contract=OuterRef("pk"))
)


def for_page(contracts: ContractQuerySet) -> ContractQuerySet:
    """Contracts with all that the page of one shows."""
    deliverables = Deliverable.objects.select_related("submitted_by", "answered_by", "decided_by")
    milestones = Milestone.objects.prefetch_related(
        Prefetch("deliverables", deliverables.prefetch_related("files__file")), "extensions"
    )
    signatures = Signature.objects.select_related("signed_by")
    return (
        contracts.with_parties()
        .annotate(wants_parts=WANTS_PARTS)
        .select_related("rating")
        .prefetch_related(
            "items",
            "payments__milestone",
            Prefetch("milestones", milestones),
            Prefetch("texts", ContractText.objects.prefetch_related(Prefetch("signatures", signatures))),
        )
    )


def for_duties(contracts: QuerySet[Contract]) -> QuerySet[Contract]:
    """Contracts with what tells who has to do what next."""
    waiting = Prefetch("deliverables", Deliverable.objects.pending(), to_attr="pending")
    return (
        contracts.filter(state__in=LIVE)  # type: ignore[no-redef]
        .annotate(wants_parts=WANTS_PARTS)
        .select_related("owner", "intermediary", "award", "rating")
        .prefetch_related(
            "payments",
            Prefetch("milestones", Milestone.objects.prefetch_related(waiting)),  # type: ignore[no-redef]
            Prefetch("texts", ContractText.objects.defer("body").prefetch_related("signatures")),
        )
    )


def for_list(contracts: ContractQuerySet) -> ContractQuerySet:
    """Contracts as a row of a list shows them."""
    return contracts.with_parties().prefetch_related("milestones").order_by("-created_at", "-pk")


class PolicyVersions(dict[str, ContractingPolicy]):
    """The versions that a list's matters keep, each read once."""

    def __missing__(self, name: str) -> ContractingPolicy:
        self[name] = ContractingPolicy.of(name)
        return self[name]


@dataclass(frozen=True)
class Ratings:
    """An intermediary's ratings in short: how many, the mean of all, and of each aspect in the order of RULES."""

    count: int
    mean: Decimal
    aspects: list[tuple[Any, Decimal]]


def ratings_of(organisation: Organisation) -> Ratings | None:
    """What the ratings of an intermediary's contracts come to, or None where there is none."""
    found = ContractRating.objects.filter(contract__intermediary=organisation).aggregate(
        count=Count("pk"), **{aspect: Avg(aspect) for aspect in ASPECTS}
    )
    if not found["count"]:
        return None
    means = [Decimal(str(found[aspect])) for aspect in ASPECTS]
    return Ratings(
        count=found["count"],
        mean=(sum(means, Decimal(0)) / len(means)).quantize(Decimal("0.01")),
        aspects=[
            (aspect_label(name), mean.quantize(Decimal("0.01"))) for name, mean in zip(ASPECTS, means, strict=True)
        ],
    )


def completed_of(organisation: Organisation) -> QuerySet[Contract]:
    """An intermediary's completed contracts with their ratings, the latest first."""
    return (
        Contract.objects.completed()
        .filter(intermediary=organisation)
        .select_related("owner", "rating", "award__work_request")
        .prefetch_related("items")
        .order_by("-completed_at", "-pk")
    )
