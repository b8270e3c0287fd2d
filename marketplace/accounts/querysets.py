from datetime import datetime
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import ExpressionWrapper, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from .choices import ACTING, MembershipRole, OrganisationKind


class OrganisationQuerySet(models.QuerySet):
    def enterprises(self) -> Self:
        return self.filter(kind=OrganisationKind.ENTERPRISE)

    def authorities(self) -> Self:
        return self.filter(kind=OrganisationKind.AUTHORITY)

    def locked(self) -> Self:
        """Rows locked until the transaction's end; only the organisation's, not those joined to it."""
        return self.select_for_update(of=("self",))


class MembershipQuerySet(models.QuerySet):
    def active(self) -> Self:
        return self.filter(is_active=True, user__is_active=True)

    def active_at(self, moment: datetime) -> Self:
        """
        Those who belonged to their organisation just before an instant, whoever left or came back since.

        Each change turns the one into the other, so the next one after tells what was, where none was before.
        """
        changes = apps.get_model("accounts", "MembershipChange")._default_manager.filter(membership=OuterRef("pk"))
        was = ExpressionWrapper(Q(is_active=False), output_field=models.BooleanField())
        before = changes.filter(recorded_at__lt=moment).order_by("-recorded_at", "-pk").values("is_active")[:1]
        after = (
            changes.filter(recorded_at__gte=moment).order_by("recorded_at", "pk").annotate(was=was).values("was")[:1]
        )
        return (
            self.filter(created_at__lt=moment)
            .alias(belonged=Coalesce(Subquery(before), Subquery(after), F("is_active")))
            .filter(belonged=True)
        )

    def acting(self) -> Self:
        """Those who may act for their organisation."""
        return self.active().filter(role__in=ACTING)

    def administrators(self) -> Self:
        return self.active().filter(role=MembershipRole.ADMINISTRATOR)

    def of(self, user: Any) -> Self:
        return self.active().filter(user=user)

    def visible_to(self, user: Any) -> Self:
        """The memberships of the organisations that the person is a member of."""
        mine: MembershipQuerySet = MembershipQuerySet(self.model).of(user)
        return self.filter(organisation__in=mine.values("organisation"))


class InvitationQuerySet(models.QuerySet):
    def open(self) -> Self:
        """Neither accepted nor withdrawn; it may have expired, and can then be sent again."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def visible_to(self, user: Any) -> Self:
        """The invitations of the organisations that the person is a member of."""
        return self.filter(organisation__memberships__user_id=user.pk, organisation__memberships__is_active=True)


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(user_id=user.pk)

    def unread(self) -> Self:
        """Not read yet, and not about what has been done meanwhile."""
        return self.filter(read_at=None, settled_at=None)


class ProgramTokenQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(user_id=user.pk)

    def live(self, moment: datetime) -> Self:
        """Neither revoked nor past their day; whether the person still belongs to the firm is asked apart."""
        return self.filter(revoked_at=None, expires_at__gt=moment)
