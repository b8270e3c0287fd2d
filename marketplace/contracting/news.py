"""Who is told what about a contract."""

from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise

from marketplace.accounts import notices
from marketplace.accounts.models import Organisation

from .models import Contract


def tell(
    organisation: Organisation, contract: Contract, occasion: str, *, subject: Promise, body: Promise, **params: Any
) -> None:
    """
    Tell an organisation's people, once an occasion.

    :param subject: lazy; it and `body` may name %(number)s, %(title)s, %(owner)s, %(intermediary)s and `params`
    """
    with translation.override("zh-hans"):
        url = reverse("contracting:contract-detail", args=[contract.number])
    notices.notify(
        organisation=organisation,
        subject=subject,
        body=body,
        url=url,
        key=f"{contract.audit_matter}:{occasion}",
        params={
            "number": contract.number,
            "title": contract.title,
            "owner": contract.owner.name_zh,
            "intermediary": contract.intermediary.name_zh,
            **params,
        },
    )


def tell_regulators(contract: Contract, occasion: str, *, subject: Promise, body: Promise, **params: Any) -> None:
    """Tell the authorities in charge of the contract's services, those that are a party left out."""
    authorities = Organisation.objects.filter(service_items__contracts=contract).exclude(
        pk__in=(contract.owner_id, contract.intermediary_id)
    )
    for authority in authorities.distinct():
        tell(authority, contract, occasion, subject=subject, body=body, **params)
