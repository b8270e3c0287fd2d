"""Between a filing and the verified record: what the market knows, what stands, and writing what has passed."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.accounts.models import District, User
from marketplace.accounts.services import HolderParticulars, apply_particulars
from marketplace.accounts.services import Particulars as OrganisationParticulars
from marketplace.catalogue.models import QualificationType, ServiceItem
from marketplace.core import clock

from .models import Intermediary, Offer, Practitioner, Qualification
from .rules.filing import Filing, ItemFacts, Problem, QualificationEntry, Reference


def item_facts(item: ServiceItem) -> ItemFacts:
    kind = item.demanded_type
    return ItemFacts(
        code=item.code,
        name=item.name,
        standard_days=item.standard_days,
        qualification_type=str(kind.pk) if kind else None,
        qualification_name=kind.name if kind else "",
        has_standard=item.fee_schedule_id is not None,
        is_open=item.can_be_offered,
    )


def reference_for(intermediary: Intermediary) -> Reference:
    """What the market knows, to read a filing of this firm by."""
    items = ServiceItem.objects.select_related("qualification_type")
    types = list(QualificationType.objects.all())
    held = intermediary.qualifications.current().values_list("qualification_type_id", "number_key")
    return Reference(
        today=clock.today(),
        districts=frozenset(District.objects.values_list("code", flat=True)),
        qualification_types={str(kind.pk): kind.name for kind in types},
        abolished={str(kind.pk): kind.ended_on for kind in types if kind.ended_on is not None and kind.is_abolished()},
        held=frozenset((str(kind), number) for kind, number in held),
        items={item.code: item_facts(item) for item in items},
        offered=frozenset(intermediary.offers.values_list("item__code", flat=True))
        if intermediary.is_public
        else frozenset(),
        uscc=intermediary.uscc,
    )


def snapshot(intermediary: Intermediary) -> dict[str, Any]:
    """The verified record as a payload, to begin a change of particulars from."""
    organisation = intermediary.organisation
    holders = [
        {
            "key": str(holder.pk),
            "name": holder.name,
            "code": holder.code,
            "share_percent": str(holder.share_percent),
            "is_state": holder.is_state,
        }
        for holder in organisation.holders.order_by("pk")
    ]
    return {
        "particulars": {
            "name_zh": organisation.name_zh,
            "name_en": organisation.name_en,
            "legal_representative": organisation.legal_representative,
            "district": organisation.district_id or "",
            "address": organisation.address,
            "phone": organisation.phone,
            "intro_zh": intermediary.intro_zh,
            "intro_en": intermediary.intro_en,
        },
        "holders": {"rows": holders, "nobody": intermediary.is_public and not holders},
        "documents": {
            "licence": str(intermediary.licence_id or ""),
            "authorisation": str(intermediary.authorisation_id or ""),
        },
        "qualifications": {
            "rows": [
                {
                    "key": str(row.pk),
                    "qualification_type": str(row.qualification_type_id),
                    "level": row.level,
                    "number": row.number,
                    "issuer": row.issuer,
                    "valid_from": row.valid_from.isoformat(),
                    "valid_to": row.valid_to.isoformat(),
                }
                for row in intermediary.qualifications.current().order_by("pk")
            ]
        },
        "practitioners": {
            "rows": [
                {
                    "key": str(row.pk),
                    "name": row.name,
                    "licence_type": row.licence_type,
                    "licence_no": row.licence_no,
                    "valid_to": row.valid_to.isoformat() if row.valid_to else "",
                }
                for row in intermediary.practitioners.current().order_by("pk")
            ]
        },
        "offers": {"rows": []},
    }


def clashes(intermediary: Intermediary, filing: Filing) -> list[Problem]:
    """Certificates and licences of a filing that stand under another firm."""
    problems: list[Problem] = []
    others = Qualification.objects.current().exclude(intermediary=intermediary)
    taken = set(
        others.filter(number_key__in=[row.number_key for row in filing.qualifications]).values_list(
            "qualification_type_id", "number_key"
        )
    )
    for index, row in enumerate(filing.qualifications):
        if (int(row.qualification_type), row.number_key) in taken:
            message = _("This certificate number stands under another intermediary.")
            problems.append(Problem("qualifications", "number", message, index))
    licences = Practitioner.objects.current().exclude(intermediary=intermediary)
    keys = [row.licence_key for row in filing.practitioners]
    held = set(licences.filter(licence_key__in=keys).values_list("licence_key", flat=True))
    for index, person in enumerate(filing.practitioners):
        if person.licence_key in held:
            message = _("This licence stands under another intermediary.")
            problems.append(Problem("practitioners", "licence_no", message, index))
    return problems


def write(intermediary: Intermediary, filing: Filing, *, commitment: dict[str, Any], actor: User, at: datetime) -> None:
    """
    Make a filing that has passed the firm's record; what it no longer names is withdrawn, never deleted.

    :raises IntegrityError: where a certificate or licence has come to stand under another firm meanwhile
    """
    _write_organisation(intermediary, filing, actor)
    _write_qualifications(intermediary, filing.qualifications, at)
    _write_practitioners(intermediary, filing, at)
    _write_offers(intermediary, filing, at)
    intermediary.licence_id = filing.licence
    intermediary.authorisation_id = filing.authorisation
    intermediary.commitment_version = commitment["version"]
    intermediary.commitment_agreed_at = datetime.fromisoformat(commitment["agreed_at"])
    intermediary.commitment_agreed_by_id = commitment["agreed_by"]


def _write_organisation(intermediary: Intermediary, filing: Filing, actor: User) -> None:
    values = filing.particulars
    assert values is not None  # noqa: S101 - a filing without problems has them
    intermediary.organisation = apply_particulars(
        organisation=intermediary.organisation,
        actor=actor,
        particulars=OrganisationParticulars(
            uscc=intermediary.uscc,
            name_zh=values.name_zh,
            name_en=values.name_en,
            legal_representative=values.legal_representative,
            address=values.address,
            district=District.objects.get(code=values.district),
            phone=values.phone,
        ),
        holders=[
            HolderParticulars(
                name=holder.name, code=holder.code, share_percent=holder.share_percent, is_state=holder.is_state
            )
            for holder in filing.holders
        ],
    )
    intermediary.intro_zh, intermediary.intro_en = values.intro_zh, values.intro_en


def _write_qualifications(intermediary: Intermediary, entries: list[QualificationEntry], at: datetime) -> None:
    verified_on = clock.date_of(at)
    current = {
        (str(row.qualification_type_id), row.level, row.number, row.issuer, row.valid_from, row.valid_to): row
        for row in intermediary.qualifications.current()
    }
    named = {
        (row.qualification_type, row.level, row.number, row.issuer, row.valid_from, row.valid_to): row
        for row in entries
    }
    kept = [row.pk for values, row in current.items() if values in named]
    intermediary.qualifications.current().exclude(pk__in=kept).update(withdrawn_at=at)
    Qualification.objects.filter(pk__in=kept).update(verified_on=verified_on)
    Qualification.objects.bulk_create(
        Qualification(
            intermediary=intermediary,
            qualification_type_id=int(row.qualification_type),
            level=row.level,
            number=row.number,
            issuer=row.issuer,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            verified_on=verified_on,
            recorded_at=at,
        )
        for values, row in named.items()
        if values not in current
    )


def _write_practitioners(intermediary: Intermediary, filing: Filing, at: datetime) -> None:
    current = {
        (row.name, row.licence_type, row.licence_no, row.valid_to): row.pk
        for row in intermediary.practitioners.current()
    }
    named = {(row.name, row.licence_type, row.licence_no, row.valid_to) for row in filing.practitioners}
    kept = [pk for values, pk in current.items() if values in named]
    intermediary.practitioners.current().exclude(pk__in=kept).update(withdrawn_at=at)
    Practitioner.objects.bulk_create(
        Practitioner(
            intermediary=intermediary,
            name=row.name,
            licence_type=row.licence_type,
            licence_no=row.licence_no,
            valid_to=row.valid_to,
            recorded_at=at,
        )
        for row in filing.practitioners
        if (row.name, row.licence_type, row.licence_no, row.valid_to) not in current
    )


def _write_offers(intermediary: Intermediary, filing: Filing, at: datetime) -> None:
    items = dict(ServiceItem.objects.filter(code__in=[offer.item for offer in filing.offers]).values_list("code", "pk"))
    Offer.objects.bulk_create(
        Offer(
            intermediary=intermediary,
            item_id=items[offer.item],
            pricing=offer.pricing,
            amount=offer.amount,
            unit=offer.unit,
            days=offer.days,
            changed_at=at,
        )
        for offer in filing.offers
    )
