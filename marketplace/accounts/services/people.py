from allauth.account.models import EmailAddress
from django.db import transaction
from wagtail.users.models import UserProfile

from ..models import User


@transaction.atomic
def create_person(
    *, email: str, name: str, password: str | None, language: str = User.Language.CHINESE, is_superuser: bool = False
) -> User:
    """A person whose e-mail address counts as confirmed, for the demo world and a first start."""
    user = User.objects.create_user(email, password, name=name, language=language, is_superuser=is_superuser)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@transaction.atomic
def change_profile(*, user: User, name: str, language: str) -> None:
    """Change how a person is called, and the language of what is mailed to them and of their console."""
    user.name = name
    user.language = language
    user.save(update_fields=["name", "language"])
    profile = UserProfile.get_for_user(user)
    profile.preferred_language = language
    profile.save(update_fields=["preferred_language"])
