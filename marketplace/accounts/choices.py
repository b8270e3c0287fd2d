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


class TokenScope(models.TextChoices):
    """What a program may do with a token; each operation of the API names the one that it needs."""

    READ = "read", _("Read what I may read, my firm's filings included")
    BIDS = "bids", _("File, replace and withdraw bids")
