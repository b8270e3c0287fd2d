"""The catalogue's part of the console: operators edit entries; every change leaves an audit line."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList, Panel
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.snippets.action_menu import ActionMenuItem
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import (
    CreateView,
    DeleteView,
    EditView,
    SnippetViewSet,
    SnippetViewSetGroup,
)

from .approving import CallOffView, FactsCreateView, FactsEditView, FactsForm, RegulationChooserViewSet
from .models import ApprovalMatter, FeeSchedule, LegalBasis, QualificationType, Regulation, ServiceItem
from .models.approved import ApprovedEntry
from .models.sources import facts_of
from .models.trail import record_change
from .services import drop_basis


class AuditedCreateView(CreateView):
    def save_instance(self) -> models.Model:
        instance = super().save_instance()
        record_change(entry=instance, before=None, actor=self.request.user)
        return instance


class AuditedEditView(EditView):
    def save_instance(self) -> models.Model:
        # Read again and locked: the form has already changed the object in memory.
        stored = self.model._default_manager.select_for_update().get(pk=self.object.pk)
        before = facts_of(stored)
        instance = super().save_instance()
        record_change(entry=instance, before=before, actor=self.request.user)
        return instance


class AuditedDeleteView(DeleteView):
    def delete_action(self) -> None:
        drop_basis(basis=self.object, actor=self.request.user)


class CatalogueViewSet(SnippetViewSet):
    """A kind of entry. Searched in the database: the search backend does not find Chinese words."""

    add_view_class = AuditedCreateView
    edit_view_class = AuditedEditView
    search_backend_name = None
    list_per_page = 50
    inspect_view_enabled = True
    copy_view_enabled = False


def pair(name: str) -> Panel:
    """The Chinese field and its English one in a row."""
    return FieldRowPanel([FieldPanel(f"{name}_zh"), FieldPanel(f"{name}_en")])


REVIEW = MultiFieldPanel(
    [
        FieldRowPanel([FieldPanel("confidence"), FieldPanel("as_of")]),
        FieldRowPanel([FieldPanel("reviewed_on"), FieldPanel("reviewed_by")]),
    ],
    heading=_("How sure it is, and who has reviewed it"),
)


class DefinitionField(forms.JSONField):
    """A definition as a text that people can edit: indented, with its Chinese."""

    widget = forms.Textarea(attrs={"rows": 24, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value, ensure_ascii=False, indent=2) if isinstance(value, dict) else value


class FeeScheduleForm(WagtailAdminModelForm):
    definition = DefinitionField(label=_("definition"), help_text=_("Tables, coefficients and parameters as printed."))


class ServiceItemViewSet(CatalogueViewSet):
    model = ServiceItem
    icon = "list-ul"
    menu_label = _("Service items")
    list_display: list[Any] = [
        "code",
        "name_zh",
        "authority",
        "status",
        "paid_by",
        "confidence",
        BooleanColumn("is_open", label=_("in the catalogue")),
    ]
    list_filter = ["category", "approval_stage", "status", "confidence", "paid_by", "pricing", "is_open"]
    search_fields = ["code", "name_zh", "name_en", "matter__name_zh"]
    ordering = ["position", "pk"]
    panels = [
        FieldRowPanel([FieldPanel("code"), FieldPanel("position"), FieldPanel("is_open")]),
        MultiFieldPanel([pair("name"), pair("purpose"), pair("deliverable")], heading=_("What it is")),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("category"), FieldPanel("approval_stage")]),
                FieldRowPanel([FieldPanel("matter"), FieldPanel("authority")]),
                FieldRowPanel([FieldPanel("qualification_type"), FieldPanel("standard_days")]),
                FieldRowPanel([FieldPanel("paid_by"), FieldPanel("tender_class")]),
            ],
            heading=_("Approval and payment"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("status"), FieldPanel("merged_into")]),
                FieldRowPanel([FieldPanel("tie"), FieldPanel("since")]),
                FieldPanel("self_made"),
                pair("self_made_note"),
                pair("abolished"),
                FieldPanel("abolished_until"),
                pair("to_confirm"),
            ],
            heading=_("What the law asks of it"),
        ),
        REVIEW,
        MultiFieldPanel(
            [FieldPanel("pricing"), FieldRowPanel([FieldPanel("fee_schedule"), FieldPanel("fee_variant")])],
            heading=_("Fee standard"),
        ),
    ]


class FeeScheduleViewSet(CatalogueViewSet):
    model = FeeSchedule
    icon = "table"
    menu_label = _("Fee schedules")
    list_display: list[Any] = ["code", "document_no", "title_zh", "method", "status", "effective_from", "effective_to"]
    list_filter = ["status", "pricing", "method"]
    search_fields = ["code", "document_no", "title_zh", "title_en"]
    panels = [
        FieldRowPanel([FieldPanel("code"), FieldPanel("document_no")]),
        pair("title"),
        FieldRowPanel([FieldPanel("issuer"), FieldPanel("regulation")]),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("status"), FieldPanel("pricing")]),
                FieldRowPanel([FieldPanel("effective_from"), FieldPanel("effective_to")]),
            ],
            heading=_("Status and validity"),
        ),
        MultiFieldPanel([pair("base_name"), FieldPanel("definition")], heading=_("How the fee is worked out")),
    ]

    def get_edit_handler(self) -> Any:
        return ObjectList(self.panels, base_form_class=FeeScheduleForm).bind_to_model(self.model)


class RegulationViewSet(CatalogueViewSet):
    model = Regulation
    add_view_class = FactsCreateView
    edit_view_class = FactsEditView
    revisions_unschedule_view_class = CallOffView
    chooser_viewset_class = RegulationChooserViewSet
    icon = "doc-full"
    menu_label = _("Regulations: facts")
    list_display: list[Any] = [
        "document_no",
        "title_zh",
        "issuer",
        Column("status_label", label=_("status today")),
        "checked",
        "effective_on",
        "repealed_on",
    ]
    list_filter = ["recorded_status", "level", "checked", "confidence", "topic"]
    search_fields = ["document_no", "title_zh", "title_en", "issuer"]
    panels = [
        FieldPanel("document_no"),
        pair("title"),
        FieldRowPanel([FieldPanel("issuer"), FieldPanel("issuer_en")]),
        FieldRowPanel([FieldPanel("issued_on"), FieldPanel("issued_year"), FieldPanel("effective_on")]),
        FieldRowPanel([FieldPanel("level"), FieldPanel("topic"), FieldPanel("topic_en")]),
        FieldRowPanel([FieldPanel("amended_by"), FieldPanel("checked"), FieldPanel("source_hint")]),
        pair("note"),
        REVIEW,
        MultiFieldPanel(
            [
                FieldPanel("recorded_status"),
                FieldRowPanel([FieldPanel("repealed_on"), FieldPanel("repealed_by"), FieldPanel("replaced_by")]),
            ],
            heading=_("Status and validity"),
        ),
        MultiFieldPanel([FieldPanel("go_live_at", heading=_("from when it is published"))], heading=_("Publication")),
    ]

    def get_edit_handler(self) -> Any:
        return ObjectList(self.panels, base_form_class=FactsForm).bind_to_model(self.model)


class LegalBasisViewSet(CatalogueViewSet):
    model = LegalBasis
    icon = "link"
    menu_label = _("Legal basis of services")
    delete_view_class = AuditedDeleteView
    list_display: list[Any] = ["item", "regulation", "article", "role", "says_zh"]
    list_filter = ["role", "checked"]
    search_fields = ["item__code", "item__name_zh", "regulation__document_no", "article"]
    panels = [
        FieldRowPanel([FieldPanel("item"), FieldPanel("role")]),
        FieldRowPanel([FieldPanel("regulation"), FieldPanel("article"), FieldPanel("checked")]),
        pair("says"),
        FieldPanel("position"),
    ]


class ApprovalMatterViewSet(CatalogueViewSet):
    model = ApprovalMatter
    icon = "clipboard-list"
    menu_label = _("Approval matters")
    list_display: list[Any] = ["name_zh", "name_en"]
    search_fields = ["name_zh", "name_en"]
    panels = [pair("name")]


class QualificationTypeViewSet(CatalogueViewSet):
    model = QualificationType
    icon = "tag"
    menu_label = _("Qualification types")
    list_display: list[Any] = ["name_zh", "kind", "ended_on"]
    list_filter = ["kind"]
    search_fields = ["name_zh", "name_en"]
    panels = [
        pair("name"),
        FieldPanel("kind"),
        FieldRowPanel([FieldPanel("ended_on"), FieldPanel("ended_by")]),
        pair("note"),
    ]


@hooks.register("construct_snippet_action_menu")
def publish_by_approval_alone(items: list[ActionMenuItem], request: HttpRequest, context: Mapping[str, Any]) -> None:
    if not issubclass(context["model"], ApprovedEntry):
        return
    entry = context.get("instance")
    if entry is not None and entry.workflow_in_progress:
        # Nobody changes what waits: deciding comes first, and calling it off last.
        first = ("approve", "reject")
        items[:] = [item for item in items if item.name != "action-save"]
        items.sort(key=lambda item: first.index(item.name) if item.name in first else len(first))
    items[:] = [item for item in items if item.name not in ("action-publish", "action-unpublish")]


@register_snippet
class CatalogueGroup(SnippetViewSetGroup):
    menu_label = _("Catalogue and fees")
    menu_icon = "list-ul"
    menu_order = 300
    items = (
        ServiceItemViewSet,
        FeeScheduleViewSet,
        RegulationViewSet,
        LegalBasisViewSet,
        ApprovalMatterViewSet,
        QualificationTypeViewSet,
    )
