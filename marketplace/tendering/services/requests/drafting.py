"""Writing a request before it is handed in: a page at a time, kept as a draft."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organisation, User
from marketplace.catalogue.fees import UnableToCalculate
from marketplace.catalogue.models import QualificationType, ServiceItem
from marketplace.catalogue.permissions import can_be_asked_for
from marketplace.catalogue.services import calculate_for_item
from marketplace.core import audit, clock, files, numbers
from marketplace.core.failures import DomainError, SavedElsewhere, Text
from marketplace.core.permissions import require
from marketplace.core.typed.comparing import visible
from marketplace.core.typed.identifiers import normalise_project_code

from ... import permissions
from ...facts import drafts
from ...failures import joined
from ...models import Attachment, Exclusion, RequestItem, WorkRequest
from ...models.written import OWNERS_FIELDS, OWNERS_LISTS
from ...policy import TenderingPolicy
from ...rules import parameters, public_value

FUNDS = frozenset({"fund_fiscal", "fund_state", "fund_social"})
MOST_ITEMS = 10
MOST_ATTACHMENTS = 10


class UnableToEdit(DomainError):
    """The draft cannot take what was entered; nothing was saved."""

    code = "unable-to-edit"


@dataclass(frozen=True)
class ItemLine:
    """A service with the bases of its fee standard."""

    item: ServiceItem
    base: Decimal | None = None
    variant: str = ""
    coefficients: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    may_subcontract: bool = False


@dataclass(frozen=True)
class ExclusionLine:
    """A firm that the owner keeps out, and why."""

    organisation: Organisation
    ground: str
    explanation: str


@transaction.atomic
def create_draft(*, owner: Organisation, actor: User, title: str = "", lines: Sequence[ItemLine] = ()) -> WorkRequest:
    """
    Begin a request, from a service's page or from nothing.

    :raises Refused: if the actor does not act for an enterprise or authority
    :raises UnableToEdit: if a service cannot be chosen
    """
    require(permissions.can_create(actor, owner))
    title = title or "、".join(line.item.name_zh for line in lines)
    work_request = WorkRequest(
        number=numbers.next_number("MX"),
        owner=owner,
        created_by=actor,
        title=title[:120],
        matter=lines[0].item.matter if lines else None,
        signing_days=TenderingPolicy.current().contract_days,
    )
    work_request.save(force_insert=True)
    _write_items(work_request, lines)
    audit.record(matter=work_request.audit_matter, action="request.created", actor=actor, after={"title": title})
    return work_request


@transaction.atomic
def save_draft(
    *, request_id: int, values: Mapping[str, Any], actor: User, edited_at: datetime | None = None
) -> WorkRequest:
    """
    Save the fields of a page.

    :param values: any of the owner's fields and lists (`models.written`); None leaves a list as it is
    :param edited_at: the draft's `edited_at` as the page was shown, to refuse a page that is stale
    :raises TypeError: if a name is none of them: what would be dropped is never called saved
    :raises Refused: if the actor may not edit it
    :raises SavedElsewhere: if it was saved since
    :raises UnableToEdit: with a message at each field that is impossible or contradicts another
    """
    if unknown := values.keys() - {*OWNERS_FIELDS, *OWNERS_LISTS}:
        raise TypeError(f"save_draft takes no {', '.join(sorted(unknown))}")
    work_request = _locked_draft(request_id, actor, edited_at)
    named = [name for name in OWNERS_FIELDS if name in values]
    ticked = [name for name in OWNERS_LISTS if values.get(name) is not None]
    _check_qualifications(values.get("qualifications"))
    before = {name: _plain(getattr(work_request, name)) for name in named}
    for name in named:
        setattr(work_request, name, values[name])
    if "project_code" in named or "no_code_reason" in named:
        _read_project(work_request)
    if "method" in named:
        work_request.parameters = parameters.of_method(work_request.method, work_request.parameters)
    _check_fields(work_request, named)
    for name in ticked:
        getattr(work_request, name).set(values[name])
    _touch(work_request)
    after = {name: _plain(getattr(work_request, name)) for name in named}
    changed = [name for name in named if before[name] != after[name]]
    if changed or ticked:
        audit.record(
            matter=work_request.audit_matter,
            action="request.edited",
            actor=actor,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return work_request


@dataclass(frozen=True)
class SavedInPart:
    """A draft with what of a page could be saved, and at which fields something could not."""

    work_request: WorkRequest
    left_out: Mapping[str, Text]


def save_as_typed(*, request_id: int, values: Mapping[str, Any], actor: User, edited_at: datetime) -> SavedInPart:
    """
    Save what of a page is possible while somebody is still typing at it.

    :raises Refused: if the actor may not edit it
    :raises SavedElsewhere: if it was saved since
    """
    left, left_out = dict(values), dict[str, Text]()
    while True:
        try:
            saved = save_draft(request_id=request_id, values=left, actor=actor, edited_at=edited_at)
        except UnableToEdit as failure:
            impossible = {_column_of(name) for name in failure.field_errors} & left.keys()
            if not impossible:
                raise
            left_out |= failure.field_errors
            left = {name: value for name, value in left.items() if name not in impossible}
        else:
            return SavedInPart(saved, left_out)


def _column_of(field: str) -> str:
    """Where a page's field is stored."""
    if field in parameters.FIELDS:
        return "parameters"
    return "public_value_source" if field.startswith("public_value_") else field


@transaction.atomic
def set_items(
    *, request_id: int, lines: Sequence[ItemLine], actor: User, edited_at: datetime | None = None
) -> WorkRequest:
    """
    Replace the request's services, and work out each one's standard.

    :raises Refused: if the actor may not edit it
    :raises UnableToEdit: naming the line (`items-0-base`) that cannot be used
    """
    work_request = _locked_draft(request_id, actor, edited_at)
    present = dict(work_request.request_items.values_list("item_id", "item__code"))
    before = list(present.values())
    work_request.request_items.all().delete()
    _write_items(work_request, lines, running=present if work_request.amends_id is not None else ())
    _touch(work_request)
    after = [line.item.code for line in lines]
    audit.record(
        matter=work_request.audit_matter,
        action="request.items_set",
        actor=actor,
        before={"items": before},
        after={"items": after},
    )
    return work_request


@transaction.atomic
def set_exclusions(
    *, request_id: int, lines: Sequence[ExclusionLine], actor: User, edited_at: datetime | None = None
) -> WorkRequest:
    """
    Replace the firms that the owner keeps out, at most three, each on a named ground.

    :raises Refused: if the actor may not edit it
    :raises UnableToEdit: naming the line (`exclusions-0-ground`) that cannot be used
    """
    work_request = _locked_draft(request_id, actor, edited_at)
    errors: dict[str, Text] = {}
    if len(lines) > Exclusion.MOST:
        errors["exclusions"] = _("At most %(most)d firms can be excluded.") % {"most": Exclusion.MOST}
    if len({line.organisation.pk for line in lines}) != len(lines):
        errors["exclusions"] = _("A firm is named twice.")
    for number, line in enumerate(lines):
        if line.organisation.kind != Organisation.Kind.INTERMEDIARY:
            errors[f"exclusions-{number}-organisation"] = _("Only an intermediary can be excluded.")
        if line.ground not in Exclusion.Ground.values:
            errors[f"exclusions-{number}-ground"] = _("Choose a ground.")
        if not line.explanation.strip():
            errors[f"exclusions-{number}-explanation"] = _("Explain the ground; it is published.")
    if errors:
        raise UnableToEdit(joined(list(errors.values())), errors)
    work_request.exclusions.all().delete()
    Exclusion.objects.bulk_create(
        Exclusion(
            work_request=work_request,
            organisation=line.organisation,
            ground=line.ground,
            explanation=line.explanation.strip()[:500],
        )
        for line in lines
    )
    _touch(work_request)
    audit.record(
        matter=work_request.audit_matter,
        action="request.exclusions_set",
        actor=actor,
        after={"excluded": [line.organisation.uscc for line in lines]},
    )
    return work_request


@transaction.atomic
def add_attachment(*, request_id: int, upload: UploadedFile, actor: User, title: str = "") -> Attachment:
    """
    Attach a file.

    :raises Refused: if the actor may not edit the request
    :raises UnableToEdit: too large, of a kind that is not taken, not what its name says, or one too many
    """
    work_request = _locked_draft(request_id, actor)
    if work_request.attachments.count() >= MOST_ATTACHMENTS:
        message = _("At most %(most)d files can be attached.") % {"most": MOST_ATTACHMENTS}
        raise UnableToEdit(message, {"attachment": message})
    try:
        stored = files.store(upload, actor=actor)
    except ValidationError as error:
        raise UnableToEdit(joined(error.messages), {"attachment": joined(error.messages)}) from error
    attachment = Attachment.objects.create(work_request=work_request, file=stored, title=title[:120])
    audit.record(
        matter=work_request.audit_matter,
        action="request.attached",
        actor=actor,
        after={"name": stored.name, "sha256": stored.sha256},
    )
    return attachment


@transaction.atomic
def remove_attachment(*, request_id: int, attachment_id: int, actor: User) -> None:
    """
    Take an attached file off a draft.

    :raises Refused: if the actor may not edit the request
    :raises UnableToEdit: if it is not attached to this request
    """
    work_request = _locked_draft(request_id, actor)
    attachment = work_request.attachments.select_related("file").filter(pk=attachment_id).first()
    if attachment is None:
        raise UnableToEdit(_("This file is not attached to the request."))
    attachment.delete()
    audit.record(
        matter=work_request.audit_matter,
        action="request.detached",
        actor=actor,
        before={"name": attachment.file.name, "sha256": attachment.file.sha256},
    )


@transaction.atomic
def discard_draft(*, request_id: int, actor: User) -> None:
    """
    Delete a draft that was never published; its trail stays.

    :raises Refused: if the actor may not edit it
    """
    work_request = _locked_draft(request_id, actor)
    audit.record(
        matter=work_request.audit_matter, action="request.discarded", actor=actor, before={"title": work_request.title}
    )
    work_request.delete()


def _locked_draft(request_id: int, actor: User, edited_at: datetime | None = None) -> WorkRequest:
    work_request = WorkRequest.objects.locked().select_related("owner").get(pk=request_id)
    require(permissions.can_edit(actor, work_request))
    if edited_at is not None and edited_at != work_request.edited_at:
        raise SavedElsewhere(work_request.edited_at)
    return work_request


def _check_qualifications(asked: Iterable[QualificationType] | None) -> None:
    """One that no longer exists, or is no licence, is demanded of nobody."""
    gone = [kind.name for kind in asked or () if not kind.can_be_demanded()]
    if gone:
        message = _("This may not be asked for: %(names)s. Take it off.") % {"names": "、".join(gone)}
        raise UnableToEdit(message, {"qualifications": message})


def _touch(work_request: WorkRequest) -> None:
    work_request.edited_at = clock.now()
    work_request.save()


def _read_project(work_request: WorkRequest) -> None:
    """
    Bring name and code of the project into the form in which they are kept.

    :raises UnableToEdit: where the code has another form than the national one, or stands beside a reason for none
    """
    work_request.project_name = visible(work_request.project_name)
    work_request.no_code_reason = visible(work_request.no_code_reason)
    if not work_request.project_code.strip():
        work_request.project_code = ""
        return
    try:
        work_request.project_code = normalise_project_code(work_request.project_code)
    except ValidationError as refusal:
        raise UnableToEdit(refusal.messages[0], {"project_code": refusal.messages[0]}) from None
    if work_request.no_code_reason:
        message = _("A code and a reason for having none contradict each other; empty one of them.")
        raise UnableToEdit(message, {"no_code_reason": message})


def _check_fields(work_request: WorkRequest, named: Sequence[str]) -> None:
    errors: dict[str, Text] = {}
    others = [each.name for each in WorkRequest._meta.concrete_fields if each.name not in named]
    try:
        work_request.clean_fields(exclude=others)
    except ValidationError as error:
        errors = {name: joined(messages) for name, messages in error.message_dict.items()}
    if not errors:
        touched = set(named) | (FUNDS if FUNDS & set(named) else set())
        if {"price_max", "method"} & touched:
            touched |= {"price_min"}
        if "public_value_source" in touched:
            touched |= {f"public_value_{field}" for field in public_value.FIELDS}
        if "parameters" in touched:
            touched |= parameters.FIELDS
        found = drafts.contradictions(work_request, TenderingPolicy.current())
        errors = {name: text for name, text in found.items() if name in touched}
        closes_at = work_request.bids_close_at
        if "bids_close_at" in touched and closes_at is not None and closes_at <= clock.now():
            errors["bids_close_at"] = _("The deadline lies in the past.")
    if errors:
        raise UnableToEdit(joined(list(errors.values())), errors)


def _write_items(work_request: WorkRequest, lines: Sequence[ItemLine], running: Collection[int] = ()) -> None:
    """
    :param running: services that the published request has already, which may go on
    """
    errors: dict[str, Text] = {}
    if len(lines) > MOST_ITEMS:
        errors["items"] = _("A request has at most %(most)d services.") % {"most": MOST_ITEMS}
    if len({line.item.pk for line in lines}) != len(lines):
        errors["items"] = _("A service is chosen twice.")
    if lines and all(line.may_subcontract for line in lines):
        errors["items"] = _("At least one service stays with the bidder: not everything may be subcontracted.")
    rows = []
    for number, line in enumerate(lines):
        row = RequestItem(
            work_request=work_request,
            item=line.item,
            base=line.base,
            variant=line.variant or line.item.fee_variant,
            coefficients=dict(line.coefficients),
            parameters=dict(line.parameters),
            may_subcontract=line.may_subcontract,
        )
        try:
            row.clean_fields(exclude=["work_request"])
            _work_out_standard(row)
        except ValidationError as error:
            errors |= {f"items-{number}-{name}": joined(texts) for name, texts in error.message_dict.items()}
        except UnableToCalculate as error:
            errors[f"items-{number}-{error.field}"] = error.message
        may = can_be_asked_for(line.item, work_request.owner)
        if not may and line.item.pk not in running:
            errors[f"items-{number}-item"] = may.reason
        rows.append(row)
    if errors:
        raise UnableToEdit(joined(list(errors.values())), errors)
    RequestItem.objects.bulk_create(rows)


def _work_out_standard(row: RequestItem) -> None:
    if row.base is None or row.item.fee_schedule is None:
        return
    calculation = calculate_for_item(
        item=row.item,
        base=row.base,
        variant=row.variant,
        coefficients=row.coefficients,
        parameters=row.parameters,
    )
    row.standard_fee = calculation.fee_cny
    row.calculation = calculation.as_dict()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return dict(value)
    return str(value)
