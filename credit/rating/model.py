from dataclasses import dataclass, field
from decimal import Context, Decimal
from enum import StrEnum
from typing import Any

CONTEXT = Context(prec=28)


class Grade(StrEnum):
    """Credit grades, best first."""

    AAA = "AAA"
    AA = "AA"
    A = "A"
    B = "B"
    C = "C"
    D = "D"

    @property
    def rank(self) -> int:
        """0 for AAA to 5 for D."""
        return _RANKS[self.value]

    def worst_of(self, other: "Grade") -> "Grade":
        return self if self.rank >= other.rank else other


_RANKS = {grade.value: rank for rank, grade in enumerate(Grade)}


class UnusableModel(ValueError):
    """A model definition that the rating cannot work with."""


@dataclass(frozen=True)
class ReviewsRule:
    weight: Decimal
    window_months: int
    half_life_days: int
    prior_mean: Decimal
    prior_weight: Decimal
    same_client_weights: tuple[Decimal, ...]


@dataclass(frozen=True)
class ConductRule:
    weight: Decimal
    base: Decimal
    bonus_cap: Decimal
    floor: Decimal
    ceiling: Decimal


@dataclass(frozen=True)
class FulfilmentRule:
    weight: Decimal
    window_months: int
    prior_mean: Decimal
    prior_weight: Decimal
    contracts_per_client: int


@dataclass(frozen=True)
class RatingModel:
    """One version of the rating model. A version never changes once active."""

    version: str
    reviews: ReviewsRule
    conduct: ConductRule
    fulfilment: FulfilmentRule
    grades: tuple[tuple[Grade, Decimal], ...]
    warned_points: int
    warned_window_months: int
    restricted_points: int
    restricted_window_months: int
    restriction_months: int = 6
    warned_after_restriction_months: int = 12
    settled_contracts: int = 3
    settled_clients: int = 3
    definition: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def start(self) -> Decimal:
        """The score of an intermediary without any row: priors and base, weighted."""
        parts = (
            self.reviews.weight * self.reviews.prior_mean,
            self.conduct.weight * self.conduct.base,
            self.fulfilment.weight * self.fulfilment.prior_mean,
        )
        return sum(parts, Decimal(0))

    def grade_of(self, score: Decimal) -> Grade:
        """The grade that a rounded score gives, before the thresholds."""
        return next((grade for grade, least in self.grades if score >= least), Grade.D)

    @classmethod
    def from_definition(cls, definition: dict[str, Any]) -> "RatingModel":
        """
        Read a model from its published JSON form (data/credit_model.json).

        :raises UnusableModel: if a part is missing or its weights do not add up to 1
        """
        try:
            model = _read(definition)
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            raise UnusableModel(f"The model definition is incomplete or malformed: {error!r}") from error
        if model.reviews.weight + model.conduct.weight + model.fulfilment.weight != 1:
            raise UnusableModel("The weights of the components do not add up to 1.")
        return model


def _read(definition: dict[str, Any]) -> RatingModel:
    reviews, conduct, fulfilment = (definition["components"][code] for code in ("reviews", "conduct", "fulfilment"))
    thresholds = {threshold["name"]: threshold for threshold in definition["thresholds"]}
    warned, restricted = thresholds["warned"], thresholds["restricted"]
    grades = [(Grade(row["grade"]), Decimal(row["from"])) for row in definition["grades"]]
    return RatingModel(
        version=definition["version"],
        reviews=ReviewsRule(
            weight=Decimal(reviews["weight"]),
            window_months=int(reviews["window_months"]),
            half_life_days=int(reviews["half_life_days"]),
            prior_mean=Decimal(reviews["prior_mean"]),
            prior_weight=Decimal(reviews["prior_weight"]),
            same_client_weights=tuple(Decimal(weight) for weight in reviews["same_client_weights"]),
        ),
        conduct=ConductRule(
            **{name: Decimal(conduct[name]) for name in ("weight", "base", "bonus_cap", "floor", "ceiling")}
        ),
        fulfilment=FulfilmentRule(
            weight=Decimal(fulfilment["weight"]),
            window_months=int(fulfilment["window_months"]),
            prior_mean=Decimal(fulfilment["prior_mean"]),
            prior_weight=Decimal(fulfilment["prior_weight"]),
            contracts_per_client=int(fulfilment["contracts_per_client"]),
        ),
        grades=tuple(sorted(grades, key=lambda row: row[1], reverse=True)),
        warned_points=int(warned["points"]),
        warned_window_months=int(warned["window_months"]),
        restricted_points=int(restricted["points"]),
        restricted_window_months=int(restricted["window_months"]),
        definition=definition,
    )
