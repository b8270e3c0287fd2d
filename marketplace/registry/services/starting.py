from django.db import transaction

from marketplace.accounts.models import Organisation, User
from marketplace.accounts.services import Particulars, create_organisation

from ..models import Registration
from .registering import start_registration


@transaction.atomic
def register_firm(*, uscc: str, name_zh: str, actor: User) -> Registration:
    """
    Record a firm that is new to the market, with the actor as its administrator, and begin its registration.

    :raises CodeTaken: where the code stands under another organisation
    :raises ValidationError: where the code is not a valid one
    """
    organisation = create_organisation(
        actor=actor, kind=Organisation.Kind.INTERMEDIARY, particulars=Particulars(uscc=uscc, name_zh=name_zh)
    )
    return start_registration(organisation=organisation, actor=actor)
