"""Who gets into the console: two groups, kept in step with the memberships."""

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from wagtail.admin.models import Admin

from .models import Membership, Organisation, User

REGULATORS = "Regulators"
OPERATORS = "Operators"
_GROUPS = {Organisation.Kind.AUTHORITY: REGULATORS, Organisation.Kind.OPERATOR: OPERATORS}


def group(name: str) -> Group:
    """A group of the console, with the right to enter it; the apps add what it may do there."""
    found, _ = Group.objects.get_or_create(name=name)
    # Found or made here, because after a flush of the tables this may run before Django makes it.
    enter, _ = Permission.objects.get_or_create(
        content_type=ContentType.objects.get_for_model(Admin),
        codename="access_admin",
        defaults={"name": "Can access Wagtail admin"},
    )
    found.permissions.add(enter)
    return found


def ensure_groups(**_: object) -> None:
    """Make both groups; safe to run again."""
    for name in _GROUPS.values():
        group(name)


def sync_console_access(user: User) -> None:
    """Put a person into the groups of the bodies that they may act for, and out of the others."""
    kinds = set(Membership.objects.acting().filter(user=user).values_list("organisation__kind", flat=True))
    wanted = {name for kind, name in _GROUPS.items() if kind in kinds}
    present = set(user.groups.filter(name__in=_GROUPS.values()).values_list("name", flat=True))
    for name in wanted - present:
        user.groups.add(group(name))
    if gone := present - wanted:
        user.groups.remove(*Group.objects.filter(name__in=gone))
