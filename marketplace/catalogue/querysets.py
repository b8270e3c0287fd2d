from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Prefetch

from .states import RegulationStatus


class RegulationQuerySet(models.QuerySet):
    def in_force(self) -> Self:
        return self.filter(status=RegulationStatus.EFFECTIVE)


class FeeScheduleQuerySet(models.QuerySet):
    def with_regulation(self) -> Self:
        return self.select_related("regulation")


class ServiceItemQuerySet(models.QuerySet):
    def open(self) -> Self:
        """Those that can be asked for now."""
        return self.filter(is_open=True)

    def visible_to(self, user: Any) -> Self:
        """Everybody reads the catalogue; what was taken out of it stays visible to those who keep it."""
        if getattr(user, "is_authenticated", False) and user.has_perm("catalogue.view_serviceitem"):
            return self.all()
        return self.open()

    def with_facts(self) -> Self:
        """All that a row of a list shows, in one query."""
        return self.select_related("matter", "authority", "qualification_type", "fee_schedule__regulation")

    def with_legal_basis(self) -> Self:
        bases: models.QuerySet = models.QuerySet(apps.get_model("catalogue", "LegalBasis"))
        basis = bases.select_related("regulation__replaced_by", "regulation__repealed_by")
        return self.prefetch_related(Prefetch("bases", queryset=basis))
