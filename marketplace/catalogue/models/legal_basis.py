from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.i18n import localized

from .items import ServiceItem
from .regulations import LIVE, Regulation
from .sources import Checked, FromFile


class LegalBasis(FromFile):
    """What an article of a document says of a service, in our own words, and in which respect it matters."""

    class Role(models.TextChoices):
        REQUIRED = "required", pgettext_lazy("legal basis", "What the service rests on")
        SELF_MADE = "self_made", pgettext_lazy("legal basis", "Who may do it")
        PAYMENT = "payment", pgettext_lazy("legal basis", "Who pays")
        TENDER = "tender", pgettext_lazy("legal basis", "Whether it is tendered")
        CONDUCT = "conduct", pgettext_lazy("legal basis", "Conduct of providers")
        FEE = "fee", pgettext_lazy("legal basis", "What it costs")

    item = models.ForeignKey(ServiceItem, on_delete=models.CASCADE, related_name="bases")
    regulation = models.ForeignKey(Regulation, limit_choices_to=LIVE, on_delete=models.PROTECT, related_name="bases")
    article = models.CharField(
        _("article"),
        max_length=40,
        blank=True,
        help_text=_("As 第十六条, or 附件 for an annex; empty where not known."),
    )
    role = models.CharField(_("in which respect"), max_length=20, choices=Role, default=Role.REQUIRED)
    says_zh = models.CharField(_("what it says"), max_length=200, blank=True, help_text=_("In our own words."))
    says_en = models.CharField(_("what it says, in English"), max_length=300, blank=True)
    checked = models.CharField(
        _("how the article was checked"), max_length=10, choices=Checked, blank=True, help_text=_("Empty: not known.")
    )
    position = models.PositiveSmallIntegerField(default=0)

    says = localized("says")

    #: Foreign keys protect what is used; the console's index of usages would slow every save.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("legal basis")
        verbose_name_plural = _("legal basis")
        ordering = ("position", "pk")
        constraints = [
            models.UniqueConstraint(fields=("item", "regulation", "article", "role"), name="legal_basis_once")
        ]

    def __str__(self) -> str:
        return f"{self.item_id} · {self.regulation_id} {self.article}"
