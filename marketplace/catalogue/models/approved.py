"""Entries of the catalogue whose facts change in a version that somebody else approves."""

import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from wagtail.models import DraftStateMixin, LockableMixin, Revision, RevisionMixin, TaskState, WorkflowMixin

from marketplace.core import audit
from marketplace.core.permissions import Refused

from .sources import FromFile, facts_of
from .trail import matter_of, record_change


class ApprovedEntry(WorkflowMixin, DraftStateMixin, LockableMixin, RevisionMixin, FromFile):
    """
    What everybody reads is the row; what is being changed lies in versions above it, until one is approved.

    The data files write to the row, and take what they change into the versions that wait (`follow_file`).
    """

    class Meta:
        abstract = True

    def with_content_json(self, content: Mapping[str, Any]) -> Any:
        """A version's facts in this entry, whose origin and present state are no part of a version."""
        version = super().with_content_json(content)
        for name in ("source_key", "corrected_fields", "live_revision_id", "last_published_at"):
            setattr(version, name, getattr(self, name))
        return version

    def save_revision(self, *args: Any, **kwargs: Any) -> Revision:
        with transaction.atomic():
            self._keep_what_is_live()
            return super().save_revision(*args, **kwargs)

    def _keep_what_is_live(self) -> None:
        """
        A version of the row as it stands, if the latest one says something else: the files write to the row alone.

        Without one a change planned for a later day would take its place at once, and take it down until then.
        """
        row: Any = type(self)._default_manager.select_for_update().get(pk=self.pk)
        kept = row.live_revision
        if not row.live or (kept is not None and facts_of(kept.as_object()) == facts_of(row)):
            self.live_revision = kept
            return
        self.live_revision = Revision.objects.create(
            content_object=row,
            base_content_type=self.get_base_content_type(),
            content=row.serializable_data(),
            object_str=str(row),
        )
        type(self)._default_manager.filter(pk=self.pk).update(live_revision=self.live_revision)

    def publish(self, revision: Revision, user: Any = None, **options: Any) -> None:
        """
        Put a version in the row's place, now or when it is planned for; the trail tells who wrote and who approved it.

        :raises Refused: unless somebody has approved this very version
        """
        approval = TaskState.objects.filter(revision=revision, status=TaskState.STATUS_APPROVED).last()
        if approval is None:
            raise Refused(_("Facts are published by an approval, and this version has none."))
        with transaction.atomic():
            row = type(self)._default_manager.select_for_update().get(pk=self.pk)
            self._check(revision)
            super().publish(revision, user=user, **{**options, "skip_permission_checks": True})
            entry = type(self)._default_manager.get(pk=self.pk)
            if entry.live and entry.live_revision_id == revision.pk:
                record_change(entry=entry, before=facts_of(row) if row.live else None, actor=revision.user)
                audit.record(matter=matter_of(entry), action="approved", actor=approval.finished_by)

    def unpublish(self, *args: Any, **kwargs: Any) -> None:
        """:raises Refused: always, as the rest of the catalogue rests on it"""
        raise Refused(_("What was published stays; a document that has ended says so."))

    def _check(self, revision: Revision) -> None:
        """The rest of the catalogue may have changed since the version was written."""
        try:
            revision.as_object().full_clean()
        except ValidationError as failure:
            raise Refused(" ".join(failure.messages)) from failure

    def follow_file(self, before: Mapping[str, Any]) -> None:
        """
        Take what a data file has just changed in the row into the versions that wait, except what they change.

        :param before: the row's `content_of` before
        """
        after = content_of(self)
        changed = {name for name, value in after.items() if before[name] != value}
        for version in self.waiting_versions():
            written = {name for name in after if version.content.get(name) != before[name]}
            if written & self.TOGETHER:
                written |= self.TOGETHER
            version.content = {**version.content, **{name: after[name] for name in changed - written}}
            version.save(update_fields=["content"])

    def waiting_versions(self) -> models.QuerySet[Revision]:
        """The latest version where it is not live, and one planned for later."""
        waiting = models.Q(approved_go_live_at__isnull=False)
        if self.has_unpublished_changes:
            waiting |= models.Q(pk=self.latest_revision_id)
        return self.revisions.filter(waiting)


def differences(row: models.Model, version: models.Model) -> list[tuple[str, str, str]]:
    """What a version says otherwise: the column's name, what stands there, and what is to stand."""
    was, will_be = facts_of(row), facts_of(version)
    changed = [field for field in row._meta.concrete_fields if was.get(field.name) != will_be.get(field.name)]
    return [(str(field.verbose_name), _shown(row, field), _shown(version, field)) for field in changed]


def _shown(entry: models.Model, field: Any) -> str:
    value = getattr(entry, f"get_{field.name}_display")() if field.choices else getattr(entry, field.name)
    return "–" if value in (None, "") else str(value)


def content_of(entry: RevisionMixin) -> dict[str, Any]:
    """An entry's columns as its versions keep them."""
    columns = entry.serializable_data()
    content: dict[str, Any] = json.loads(json.dumps(columns, cls=DjangoJSONEncoder))
    return content
