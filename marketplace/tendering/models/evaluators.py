from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Category
from marketplace.core import clock

from ..querysets import EvaluatorQuerySet


class Evaluator(models.Model):
    """
    A person of the evaluators' pool, who may be drawn to mark proposals (RULES, best proposal).

    Announcements and transcripts know the number alone; it is never given to anybody else.
    """

    number = models.PositiveIntegerField(_("number"), unique=True, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="evaluator", verbose_name=_("person")
    )
    #: Codes of `catalogue.Category`.
    fields = models.JSONField(_("fields of competence"), default=list)
    employer = models.CharField(_("employer"), max_length=150)
    #: Compact; the employer's own interests are the evaluator's.
    employer_code = models.CharField(_("code of the employer"), max_length=18, blank=True)
    admitted_at = models.DateTimeField(default=clock.now, editable=False)
    #: From then on no request announces the number, and where it was announced it is not drawn.
    left_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = EvaluatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluator")
        verbose_name_plural = _("evaluators")
        ordering = ("number",)
        constraints = [models.CheckConstraint(condition=models.Q(number__gt=0), name="evaluator_number_above_zero")]

    def __str__(self) -> str:
        return f"{self.number} {self.user}"

    @property
    def audit_matter(self) -> str:
        return f"evaluator:{self.number}"

    @property
    def is_active(self) -> bool:
        return self.left_at is None

    @property
    def field_names(self) -> list[str]:
        return [str(Category(code).label) for code in self.fields]


class EvaluatorTie(models.Model):
    """What ties an evaluator to an organisation, as declared; one that has ended stays on the record."""

    class Ground(models.TextChoices):
        WORK = "work", pgettext_lazy("tie", "Works or worked for it within three years")
        FAMILY = "family", pgettext_lazy("tie", "A relative works there in a leading place")
        SHARE = "share", pgettext_lazy("tie", "Holds a share of it")
        DISPUTE = "dispute", pgettext_lazy("tie", "Open dispute with it")
        OTHER = "other", pgettext_lazy("tie", "Another interest")

    evaluator = models.ForeignKey(Evaluator, on_delete=models.PROTECT, related_name="ties")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    ground = models.CharField(pgettext_lazy("tie", "ground"), max_length=10, choices=Ground)
    declared_at = models.DateTimeField(default=clock.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("declared_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("evaluator", "organisation"),
                condition=models.Q(ended_at=None),
                name="evaluator_tie_runs_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.evaluator_id} · {self.organisation}"
