"""What the console's groups may do with the catalogue: operators keep it, regulators read it."""

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from marketplace.accounts import console

KEPT_MODELS = ("serviceitem", "feeschedule", "regulation", "legalbasis", "approvalmatter", "qualificationtype")
#: What is used once stays, out of the catalogue; only the link between a service and a regulation is taken away.
RIGHTS = {
    console.OPERATORS: ("add", "change", "view"),
    console.REGULATORS: ("view",),
}


def grant_rights(**_: object) -> None:
    """Give both groups their rights; safe to run again."""
    for name, actions in RIGHTS.items():
        rights = [_permission(model, action) for model in KEPT_MODELS for action in actions]
        if name == console.OPERATORS:
            rights.append(_permission("legalbasis", "delete"))
        console.group(name).permissions.add(*rights)


def _permission(model_name: str, action: str) -> Permission:
    model = apps.get_model("catalogue", model_name)
    # Made here where it is missing: after a flush of the tables this may run before Django makes them.
    permission, _ = Permission.objects.get_or_create(
        content_type=ContentType.objects.get_for_model(model),
        codename=f"{action}_{model_name}",
        defaults={"name": f"Can {action} {model._meta.verbose_name_raw}"},
    )
    return permission
