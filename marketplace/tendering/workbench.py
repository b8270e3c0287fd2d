from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organisation
from marketplace.core.additions import workbench

from .facts.evaluators import is_evaluator

OWNERS = {Organisation.Kind.ENTERPRISE, Organisation.Kind.AUTHORITY}

workbench.tab(_("Requests"), "tendering:own-requests", kinds=OWNERS, order=20)
workbench.tab(_("Bids"), "tendering:own-bids", kinds={Organisation.Kind.INTERMEDIARY}, order=20)
workbench.personal_tab(
    _("My evaluations"),
    "tendering:evaluation-list",
    shown=is_evaluator,
    order=80,
)
workbench.action(
    _("Post a request"), "tendering:draft-create", kinds={Organisation.Kind.ENTERPRISE}, order=10, primary=True
)
workbench.action(_("Post a request"), "tendering:draft-create", kinds={Organisation.Kind.AUTHORITY}, order=30)
workbench.action(
    _("Find requests"), "tendering:request-list", kinds={Organisation.Kind.INTERMEDIARY}, order=10, primary=True
)
