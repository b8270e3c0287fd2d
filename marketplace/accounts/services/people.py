from allauth.account.models import EmailAddress
from django.db import transaction

from ..models import User


@transaction.atomic
def create_person(
    *, email: str, name: str, password: str | None, language: str = User.Language.CHINESE, is_superuser: bool = False
) -> User:
    """A person whose e-mail address counts as confirmed, for the demo world and a first start; the site signs up others."""
    user = User.objects.create_user(email, password, name=name, language=language, is_superuser=is_superuser)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def change_profile(*, user: User, name: str, language: str) -> None:
    """Change how a person is called, and the language of what is mailed to them."""
    user.name = name
    user.language = language
    user.save(update_fields=["name", "language"])
