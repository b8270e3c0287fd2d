from typing import Any, Self

from django.db import models


class OrganisationQuerySet(models.QuerySet):
    def enterprises(self) -> Self:
        return self.filter(kind="enterprise")

    def authorities(self) -> Self:
        return self.filter(kind="authority")


class MembershipQuerySet(models.QuerySet):
    def active(self) -> Self:
        return self.filter(is_active=True, user__is_active=True)

    def acting(self) -> Self:
        """Those who may act for their organisation."""
        return self.active().filter(role__in=("administrator", "handler"))

    def of(self, user: Any) -> Self:
        return self.active().filter(user=user)
