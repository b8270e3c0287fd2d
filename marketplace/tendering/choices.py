"""What an owner chooses from in a request."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Method(models.TextChoices):
    DIRECT = "direct", _("Direct selection")
    RANDOM_DRAW = "random_draw", _("Random draw")
    LOWEST_PRICE = "lowest_price", _("Lowest price")
    BENCHMARK_PRICE = "benchmark_price", _("Benchmark price")
    CREDIT_PREFERRED = "credit_preferred", _("Credit-preferred")
    BEST_PROPOSAL = "best_proposal", _("Best proposal")


class Grade(models.TextChoices):
    """Grades that a request may ask for; D may not bid anyway."""

    AAA = "AAA", "AAA"
    AA = "AA", "AA"
    A = "A", "A"
    B = "B", "B"
    C = "C", "C"


class Matching(models.TextChoices):
    ALL = "all", _("All of them")
    ANY = "any", _("Any one of them")
