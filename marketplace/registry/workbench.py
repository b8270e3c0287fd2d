from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organisation
from marketplace.core.additions import workbench

from .models import Offer

INTERMEDIARY = {Organisation.Kind.INTERMEDIARY}


def offers_of(user: Any, organisation: Any) -> int:
    return Offer.objects.filter(intermediary__organisation=organisation).count()


workbench.tab(_("Services and prices"), "registry:offer-list", kinds=INTERMEDIARY, order=60, count=offers_of)
workbench.tab(_("Registration and record"), "registry:record-detail", kinds=INTERMEDIARY, order=70)
workbench.action(_("Register an intermediary"), "registry:registration-start", kinds={workbench.NOBODY}, order=20)
