from django.utils.translation import gettext_lazy as _

from marketplace.core.additions import workbench

from .models import Organisation

workbench.tab(
    _("Waiting and matters"),
    "accounts:workbench",
    kinds={*Organisation.Kind.values, workbench.NOBODY},
    order=10,
)
workbench.tab(_("Organisation and members"), "accounts:organisation-detail", kinds=Organisation.Kind.values, order=90)

workbench.action(
    _("Record an enterprise"), "accounts:organisation-create", kinds={workbench.NOBODY}, order=10, primary=True
)
workbench.action(
    _("Open the console"),
    "wagtailadmin_home",
    kinds={Organisation.Kind.AUTHORITY, Organisation.Kind.OPERATOR},
    order=10,
    primary=True,
)
