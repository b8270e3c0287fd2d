"""What an organisation is, and what a person may be there."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationKind(models.TextChoices):
    ENTERPRISE = "enterprise", _("Enterprise")
    INTERMEDIARY = "intermediary", _("Intermediary")
    AUTHORITY = "authority", _("Authority")
    OPERATOR = "operator", _("Market operator")


#: They belong to the market itself, and need no unified social credit code.
WITHOUT_CODE = (OrganisationKind.AUTHORITY, OrganisationKind.OPERATOR)


class MembershipRole(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    HANDLER = "handler", _("Handler")
    READER = "reader", _("Reader")


#: Those who may act for their organisation.
ACTING = (MembershipRole.ADMINISTRATOR, MembershipRole.HANDLER)
