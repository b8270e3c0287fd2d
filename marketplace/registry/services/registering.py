import uuid
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.accounts.models import Organisation, User
from marketplace.core import audit, calendar, clock, files
from marketplace.core.failures import SavedElsewhere
from marketplace.core.numbers import next_number
from marketplace.core.permissions import require

from .. import notices, permissions, records
from ..models import Intermediary, Registration
from ..policy import RegistryPolicy
from ..rules import commitments, filing, steps
from ..states import ON_THE_LIST
from .failures import UnableToFile, UnableToRegister

DOCUMENTS = ("licence", "authorisation")


@transaction.atomic
def start_registration(*, organisation: Organisation, actor: User) -> Registration:
    """
    Begin the registration of an organisation, or give back the one that is open already.

    :raises PermissionDenied: if the actor may not act for it, or it is no intermediary
    :raises UnableToRegister: if it is registered already
    """
    require(permissions.can_register(actor, organisation))
    intermediary, _created = Intermediary.objects.get_or_create(organisation=organisation)
    intermediary = Intermediary.objects.locked().get(pk=intermediary.pk)
    if found := intermediary.registrations.open().first():
        return found
    if intermediary.status != Intermediary.Status.DRAFT:
        raise UnableToRegister(_("This firm is registered already; file a change of particulars instead."))
    return _create(intermediary, Registration.Kind.INITIAL, actor)


@transaction.atomic
def start_change(*, intermediary_id: int, actor: User) -> Registration:
    """
    Begin a change of particulars from the verified record, or give back the one that is open already.

    :raises PermissionDenied: if the actor may not act for the firm
    :raises UnableToRegister: if the firm is not on the list
    """
    intermediary = Intermediary.objects.locked().select_related("organisation").get(pk=intermediary_id)
    require(permissions.can_manage(actor, intermediary))
    if found := intermediary.registrations.open().first():
        return found
    if intermediary.status not in ON_THE_LIST:
        raise UnableToRegister(_("Only a listed firm can change its particulars."))
    return _create(intermediary, Registration.Kind.CHANGE, actor)


def _create(intermediary: Intermediary, kind: str, actor: User) -> Registration:
    registration = Registration.objects.create(
        number=next_number("RZ"),
        intermediary=intermediary,
        kind=kind,
        payload=records.snapshot(intermediary),
        created_by=actor,
        created_at=clock.now(),
        edited_at=clock.now(),
    )
    audit.record(matter=registration.audit_matter, action="start", actor=actor, after={"kind": kind})
    return registration


@transaction.atomic
def save_step(
    *,
    registration_id: int,
    step: str,
    data: dict[str, Any],
    actor: User,
    version: int | None = None,
    uploads: Mapping[str, UploadedFile] | None = None,
) -> Registration:
    """
    Keep what was typed at a step, half-filled or wrong as it may be; `filing.read` says what is still to do.

    :param data: the step's fields, or `{"rows": [...]}`; fields that the step does not have are left out
    :param version: the registration's version that the page was made from; None where the caller has just read it
    :param uploads: by document, the files that were chosen with it: all of the page is kept, or nothing
    :raises PermissionDenied: if the actor may not act for the firm
    :raises SavedElsewhere: if it was saved since that version
    :raises UnableToRegister: if it has been filed, or an upload is not what its name says
    """
    registration = _editable(registration_id, actor, version)
    before = registration.payload.get(step)
    entry = _shaped(steps.step(step), data)
    if step == "documents":
        entry = {**(before or {}), **entry}
    if step == "commitment":
        entry = _signed(entry, before, actor)
    registration.payload[step] = entry
    _save(registration)
    if entry != before:
        audit.record(
            matter=registration.audit_matter,
            action=f"save {step}",
            actor=actor,
            before={step: before},
            after={step: entry},
        )
    for document, upload in (uploads or {}).items():
        registration = attach_document(registration_id=registration.pk, document=document, upload=upload, actor=actor)
    return registration


def _shaped(step: steps.Step, data: dict[str, Any]) -> dict[str, Any]:
    if not step.rows:
        return _fields(step, data)
    rows = [_fields(step, row) | {"key": str(row.get("key") or uuid.uuid4().hex[:8])} for row in data.get("rows", [])]
    kept = [row for row in rows if any(row[name] for name in step.texts)]
    if len(kept) > filing.MOST_ROWS:
        raise UnableToRegister(_("Enter at most %(most)d rows.") % {"most": filing.MOST_ROWS})
    entry: dict[str, Any] = {"rows": kept}
    if step.name == "holders":
        entry["nobody"] = bool(data.get("nobody"))
    return entry


def _fields(step: steps.Step, values: dict[str, Any]) -> dict[str, Any]:
    # PostgreSQL's JSON takes no NUL.
    texts = {name: str(values.get(name) or "").replace("\x00", "").strip() for name in step.texts}
    return texts | {name: bool(values.get(name)) for name in step.marks}


def _signed(entry: dict[str, Any], before: dict[str, Any] | None, actor: User) -> dict[str, Any]:
    """The commitment with its text's version, when and by whom; signed once, it stays as it was signed."""
    if not entry["agreed"]:
        return entry
    if before and before.get("agreed") and before.get("version") == commitments.CURRENT:
        return before
    return {
        "agreed": True,
        "version": commitments.CURRENT,
        "agreed_at": clock.now().isoformat(),
        "agreed_by": actor.pk,
        "agreed_by_name": str(actor),
    }


@transaction.atomic
def attach_document(
    *, registration_id: int, document: str, upload: UploadedFile, actor: User, version: int | None = None
) -> Registration:
    """
    Keep an uploaded document in the draft: the business licence or the letter of authorisation.

    :param document: "licence" or "authorisation"
    :raises UnableToRegister: as `save_step`, or where the upload is not what its name says, naming the field
    """
    registration = _editable(registration_id, actor, version)
    try:
        stored = files.store(upload, actor=actor)
    except ValidationError as failure:
        message = " ".join(failure.messages)
        raise UnableToRegister(message, {document: message}) from failure
    before = registration.payload.get("documents") or {}
    registration.payload["documents"] = {**before, document: str(stored.pk)}
    _save(registration)
    audit.record(
        matter=registration.audit_matter,
        action=f"attach {document}",
        actor=actor,
        before={document: before.get(document)},
        after={document: str(stored.pk), "name": stored.name, "sha256": stored.sha256},
    )
    return registration


@transaction.atomic
def file_registration(*, registration_id: int, actor: User, version: int | None = None) -> Registration:
    """
    File a registration, the first time or again after a return; the check is due within the policy's days.

    :raises PermissionDenied: if the actor may not act for the firm
    :raises UnableToFile: with every problem, step by step
    :raises SavedElsewhere: if it was saved since that version
    :raises UnableToRegister: if it has been filed already
    """
    registration = _editable(registration_id, actor, version)
    if problems := problems_of(registration):
        message = _("The registration is not complete: %(count)d points are missing or wrong.")
        raise UnableToFile(message % {"count": len(problems)}, problems)
    intermediary = Intermediary.objects.locked().get(pk=registration.intermediary_id)
    now = clock.now()
    due_at = calendar.end_of_working_day(clock.today(), RegistryPolicy.current().registration_check_days)
    registration.file(by=actor, at=now, due_at=due_at)
    registration.version += 1
    registration.save()
    if registration.kind == Registration.Kind.INITIAL:
        intermediary.submit()
        intermediary.save()
    audit.record(
        matter=registration.audit_matter,
        action="file",
        actor=actor,
        after={"round": registration.round, "payload": registration.payload, "due_at": due_at.isoformat()},
    )
    notices.filed(registration)
    return registration


def problems_of(registration: Registration) -> list[filing.Problem]:
    """What stands in the way of filing this registration now."""
    intermediary = registration.intermediary
    read = filing.read(registration.payload, records.reference_for(intermediary))
    return read.problems + records.clashes(intermediary, read)


@transaction.atomic
def withdraw_registration(*, registration_id: int, actor: User) -> Registration:
    """
    Drop a draft or a returned change of particulars; the verified record stands as it was.

    :raises UnableToRegister: for a first registration, or one that is being checked
    """
    registration = _editable(registration_id, actor, None)
    if registration.kind != Registration.Kind.CHANGE:
        raise UnableToRegister(_("A first registration stays as a draft."))
    registration.withdraw()
    registration.save()
    audit.record(matter=registration.audit_matter, action="withdraw", actor=actor)
    return registration


def _editable(registration_id: int, actor: User, version: int | None) -> Registration:
    # Locked first, so that a save and a filing, or two saves, queue instead of losing one.
    registration = Registration.objects.locked().select_related("intermediary__organisation").get(pk=registration_id)
    require(permissions.can_manage(actor, registration.intermediary))
    if decision := permissions.can_edit(actor, registration):
        if version is None or version == registration.version:
            return registration
        raise SavedElsewhere(registration.edited_at)
    raise UnableToRegister(decision.reason)


def _save(registration: Registration) -> None:
    registration.version += 1
    registration.edited_at = clock.now()
    registration.save(update_fields=["payload", "version", "edited_at"])
