from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organisation
from marketplace.core.additions import workbench

from .models import Contract


def open_contracts(user: Any, organisation: Organisation) -> int:
    return Contract.objects.of(organisation).open().count()


workbench.tab(
    _("Contracts"),
    "contracting:contract-list",
    kinds={Organisation.Kind.ENTERPRISE, Organisation.Kind.INTERMEDIARY, Organisation.Kind.AUTHORITY},
    order=40,
    count=open_contracts,
)
