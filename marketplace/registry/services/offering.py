from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.catalogue.models import ServiceItem
from marketplace.core import audit, clock
from marketplace.core.events import publish
from marketplace.core.permissions import require

from .. import permissions, records
from ..events import IntermediaryChanged
from ..models import Intermediary, Offer
from ..rules import filing
from ..states import ON_THE_LIST
from .failures import UnableToOffer


def _values(offer: Offer | None) -> dict[str, str | int] | None:
    if offer is None:
        return None
    return {"pricing": offer.pricing, "amount": str(offer.amount), "unit": offer.unit, "days": offer.days}


def _on_the_list(intermediary_id: int, actor: User) -> Intermediary:
    # The firm's row is locked first, so that two changes of its offers queue.
    intermediary = Intermediary.objects.locked().select_related("organisation").get(pk=intermediary_id)
    require(permissions.can_manage(actor, intermediary))
    if intermediary.status not in ON_THE_LIST:
        raise UnableToOffer(_("Only a listed firm can change its offers."))
    return intermediary


@transaction.atomic
def set_offer(
    *, intermediary_id: int, item: ServiceItem, pricing: str, amount: Decimal, days: int, actor: User, unit: str = ""
) -> Offer:
    """
    Set price and time of a service, in effect at once; a service that needs a qualification is added by a change.

    :param amount: CNY, CNY a unit, or percent off the standard, by `pricing`
    :param days: working days, no more than the service's standard time
    :raises PermissionDenied: if the actor may not act for the firm
    :raises UnableToOffer: naming the fields that do not fit, or that the service needs a check first
    """
    intermediary = _on_the_list(intermediary_id, actor)
    offer = intermediary.offers.filter(item=item).first()
    problems = dict(filing.offer_problems(records.item_facts(item), pricing, amount, unit, days))
    if problems:
        raise UnableToOffer(_("The offer does not fit this service."), problems)
    if offer is None and not item.can_be_offered:
        message = _("Choose a service of the list.")
        raise UnableToOffer(message, {"item": message})
    if offer is None and item.demanded_type is not None:
        message = _("This service needs a qualification; add it by a change of particulars, which is checked.")
        raise UnableToOffer(message, {"item": message})
    before = _values(offer)
    offer = offer or Offer(intermediary=intermediary, item=item)
    offer.pricing, offer.amount, offer.days = pricing, amount, days
    offer.unit = unit if pricing == Offer.Pricing.PER_UNIT else ""
    offer.changed_at = clock.now()
    offer.save()
    audit.record(
        matter=intermediary.audit_matter,
        action="set offer",
        actor=actor,
        before=before and {item.code: before},
        after={item.code: _values(offer)},
    )
    publish(IntermediaryChanged(intermediary.pk))
    return offer


@transaction.atomic
def withdraw_offer(*, intermediary_id: int, item: ServiceItem, actor: User) -> None:
    """
    Take a service off the firm's list, at once; bids already filed stand.

    :raises PermissionDenied: if the actor may not act for the firm
    :raises UnableToOffer: if the firm does not offer it, or offers nothing else
    """
    intermediary = _on_the_list(intermediary_id, actor)
    offer = intermediary.offers.filter(item=item).first()
    if offer is None:
        raise UnableToOffer(_("The firm does not offer this service."))
    if intermediary.offers.count() == 1:
        raise UnableToOffer(_("A listed firm offers at least one service; this is the last one."))
    before = _values(offer)
    offer.delete()
    audit.record(matter=intermediary.audit_matter, action="withdraw offer", actor=actor, before={item.code: before})
    publish(IntermediaryChanged(intermediary.pk))
