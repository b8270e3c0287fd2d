from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from marketplace.core import audit, clock
from marketplace.core.failures import DomainError
from marketplace.core.permissions import require
from marketplace.core.typed.comparing import folded, visible
from marketplace.core.typed.identifiers import normalise

from .. import permissions
from ..models import District, Holder, Membership, Organisation, ParticularsRecord, User
from .members import add_member

#: What is shown as it was typed, without what nobody sees.
NAMES = ("name_zh", "name_en", "legal_representative", "address")


class CodeTaken(DomainError):
    """Another organisation stands under the code already."""

    code = "code-taken"

    def __init__(self) -> None:
        message = _(
            "This code is registered already. Ask an administrator of the organisation to invite you; "
            "if you don't know who that is, call the service hall."
        )
        super().__init__(message, {"uscc": message})


class UnableToRecordHolders(DomainError):
    code = "unable-to-record-holders"


@dataclass(frozen=True, kw_only=True)
class Particulars:
    """What a firm states about itself."""

    uscc: str
    name_zh: str
    name_en: str = ""
    legal_representative: str = ""
    address: str = ""
    district: District | None = None
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class HolderParticulars:
    """Who holds 25 % or more; `code` is that of a company, empty for a person."""

    name: str
    share_percent: Decimal
    code: str = ""
    is_state: bool = False


def matter_of(organisation: Organisation) -> str:
    """The organisation's name in the audit trail."""
    return f"organisation:{organisation.pk}"


def _state_of(organisation: Organisation) -> dict[str, Any]:
    return {
        "kind": organisation.kind,
        "uscc": organisation.uscc,
        "name_zh": organisation.name_zh,
        "name_en": organisation.name_en,
        "legal_representative": organisation.legal_representative,
        "address": organisation.address,
        "district": organisation.district_id,
        "phone": organisation.phone,
        "holders": [
            {**holder, "share_percent": str(holder["share_percent"])}
            for holder in organisation.holders.order_by("pk").values("name", "code", "share_percent", "is_state")
        ],
    }


def _check_holders(holders: Sequence[HolderParticulars]) -> None:
    if any(not 25 <= holder.share_percent <= 100 for holder in holders):
        raise UnableToRecordHolders(_("Only holders of 25 to 100 percent are named here."))
    if sum(holder.share_percent for holder in holders) > 100:
        raise UnableToRecordHolders(_("The shares add up to more than 100 percent."))
    if len({(folded(holder.name, person=True), holder.code) for holder in holders}) < len(holders):
        raise UnableToRecordHolders(_("A holder is named twice."))


def _write(organisation: Organisation, particulars: Particulars, holders: Sequence[HolderParticulars]) -> None:
    _check_holders(holders)
    values = {field: getattr(particulars, field) for field in particulars.__dataclass_fields__}
    if values["uscc"] != organisation.uscc:
        # A code recorded before a rule of its form was added stays.
        values["uscc"] = normalise(values["uscc"])
    for field, value in values.items():
        setattr(organisation, field, visible(value) if field in NAMES else value)
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError:
        raise CodeTaken from None
    organisation.holders.all().delete()
    Holder.objects.bulk_create(
        Holder(organisation=organisation, **{**asdict(holder), "name": visible(holder.name)}) for holder in holders
    )


def _keep_record(organisation: Organisation, *, since: datetime) -> None:
    """Relations are judged on what was recorded before a deadline, however late (RULES, Bids)."""
    state = _state_of(organisation)
    ParticularsRecord.objects.create(
        organisation=organisation,
        recorded_at=since,
        name=organisation.name_zh,
        legal_representative=organisation.legal_representative,
        holders=state["holders"],
    )


@transaction.atomic
def create_organisation(
    *, actor: User, kind: str, particulars: Particulars, holders: Sequence[HolderParticulars] = ()
) -> Organisation:
    """
    Record a firm; whoever does becomes its administrator.

    :param kind: enterprise or intermediary
    :raises Refused: for any other kind
    :raises CodeTaken: where the code stands under another organisation
    :raises UnableToRecordHolders: where shares are out of range or add up to more than 100 %
    """
    require(permissions.can_create(actor, kind))
    organisation = Organisation(kind=kind)
    _write(organisation, particulars, holders)
    audit.record(matter=matter_of(organisation), action="created", actor=actor, after=_state_of(organisation))
    add_member(organisation=organisation, user=actor, role=Membership.Role.ADMINISTRATOR, actor=actor)
    return organisation


@transaction.atomic
def create_public_body(
    *, kind: str, name_zh: str, name_en: str = "", uscc: str | None = None, district: District | None = None
) -> Organisation:
    """An authority or the operator, for loaders and the first start; one of the same kind and name stays as it is."""
    organisation, created = Organisation.objects.get_or_create(
        kind=kind,
        name_key=folded(name_zh),
        defaults={
            "name_zh": visible(name_zh),
            "name_en": name_en,
            "uscc": normalise(uscc) if uscc else None,
            "district": district,
        },
    )
    if created:
        audit.record(matter=matter_of(organisation), action="created", actor=None, after=_state_of(organisation))
    return organisation


@transaction.atomic
def change_particulars(
    *, organisation_id: int, actor: User, particulars: Particulars, holders: Sequence[HolderParticulars]
) -> Organisation:
    """
    Change what an enterprise states about itself; the code stays.

    :raises Refused: where the actor is no administrator, or it is an intermediary, whose changes are checked first
    :raises UnableToRecordHolders: where shares are out of range or add up to more than 100 %
    """
    organisation = Organisation.objects.locked().get(pk=organisation_id)
    require(permissions.can_change_particulars(actor, organisation))
    return apply_particulars(organisation=organisation, actor=actor, particulars=particulars, holders=holders)


@transaction.atomic
def apply_particulars(
    *, organisation: Organisation, actor: User, particulars: Particulars, holders: Sequence[HolderParticulars]
) -> Organisation:
    """
    Write particulars that have been allowed elsewhere: a registration's check (RULES, Registration).

    :raises UnableToRecordHolders: where shares are out of range or add up to more than 100 %
    """
    organisation = Organisation.objects.locked().get(pk=organisation.pk)
    before = _state_of(organisation)
    if not organisation.particulars_records.exists():
        _keep_record(organisation, since=organisation.created_at)
    if organisation.uscc:
        particulars = Particulars(**{**vars(particulars), "uscc": organisation.uscc})
    _write(organisation, particulars, holders)
    _keep_record(organisation, since=clock.database_now())
    audit.record(
        matter=matter_of(organisation), action="changed", actor=actor, before=before, after=_state_of(organisation)
    )
    return organisation
