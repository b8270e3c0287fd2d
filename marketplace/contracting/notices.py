"""Who is told what about a contract."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise

from marketplace.accounts import notices
from marketplace.accounts.models import Organisation

from .models import Contract


def tell(
    organisation: Organisation,
    contract: Contract,
    occasion: str,
    *,
    subject: Promise,
    body: Promise,
    at: tuple[Any, ...] = (),
    turn: str = "",
    **params: Any,
) -> None:
    """
    Tell an organisation's people, once an occasion.

    :param subject: lazy; it and `body` may name %(number)s, %(title)s, %(owner)s, %(intermediary)s and `params`
    :param at: the page to act on, by its name and what its address takes; the contract's own where nothing is to do
    :param turn: what waits for them, such as "sign"; `settle` ends it
    """
    name, *arguments = at or ("contracting:contract-detail", contract.number)
    with translation.override(settings.LANGUAGE_CODE):
        url = reverse(name, args=arguments)
    notices.notify(
        organisation=organisation,
        subject=subject,
        body=body,
        url=url,
        key=f"{contract.audit_matter}:{occasion}",
        turn=f"{contract.audit_matter}:{turn}" if turn else "",
        params={
            "number": contract.number,
            "title": contract.title,
            "owner": contract.owner.name_zh,
            "intermediary": contract.intermediary.name_zh,
            **params,
        },
    )


def settle(contract: Contract, turn: str) -> None:
    """What the contract's notices of that turn waited for is done."""
    notices.settle(f"{contract.audit_matter}:{turn}")


def tell_regulators(contract: Contract, occasion: str, *, subject: Promise, body: Promise, **more: Any) -> None:
    """Tell the authorities in charge of the contract's services, those that are a party left out."""
    authorities = Organisation.objects.filter(service_items__contracts=contract).exclude(
        pk__in=(contract.owner_id, contract.intermediary_id)
    )
    for authority in authorities.distinct():
        tell(authority, contract, occasion, subject=subject, body=body, **more)
