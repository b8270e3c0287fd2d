"""How the console changes facts that another person approves: forms, views and what can be chosen."""

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.locks import ScheduledForPublishLock
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet
from wagtail.snippets.views.snippets import CreateView, EditView, RevisionsUnscheduleView

from marketplace.core import clock
from marketplace.ui.templatetags.market import moment

from .models.approved import differences

WAITS = _("This waits for an approval, so nobody changes it: ask for changes, or withdraw it first.")


class FactsForm(WagtailAdminModelForm):
    """A version can be approved as it is saved: nothing is left for later that an entry has to have."""

    show_schedule_publishing_toggle = False

    def defer_required_fields(self) -> None:
        pass


class FactsEditView(EditView):
    """What is saved is a version; the row, and the trail, follow when somebody else has approved it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.may_decide():
            self._tell_what_changes()
        return super().get(request, *args, **kwargs)

    def may_decide(self) -> bool:
        task = self.current_workflow_task
        return task is not None and bool(task.get_actions(self.object, self.request.user))

    def _tell_what_changes(self) -> None:
        lines = differences(self.live_object, self.object) if self.live_object.live else []
        if self.object.go_live_at and self.object.go_live_at > clock.now():
            lines.append((str(_("goes live")), "–", moment(self.object.go_live_at)))
        said = format_html_join("", "<li>{}: {} → <b>{}</b></li>", lines) or format_html(
            "<li>{}</li>", _("a new entry")
        )
        messages.info(self.request, format_html("{}<ul>{}</ul>", _("Waits for your approval:"), said))

    def is_valid(self, form: Any) -> bool:
        if self.current_workflow_task and self.action != "cancel-workflow" and form.has_changed():
            self.produced_error_code = "locked"
            self.produced_error_message = str(WAITS)
            return False
        return bool(super().is_valid(form))

    def save_instance(self) -> models.Model:
        if self.action == "workflow-action":
            # Approved is the version that was handed in, whose writer it names.
            self.new_revision = None
            instance: models.Model = self.form.instance
            return instance
        return super().save_instance()

    def user_has_permission(self, permission: str) -> bool:
        if permission == "publish" and isinstance(getattr(self, "lock", None), ScheduledForPublishLock):
            # Who may hand in a change may call off a planned one.
            return bool(super().user_has_permission("change"))
        return bool(super().user_has_permission(permission))

    def get_available_actions(self) -> list[str]:
        return [action for action in super().get_available_actions() if action != "publish"]


class FactsCreateView(CreateView):
    def get_available_actions(self) -> list[str]:
        return [action for action in super().get_available_actions() if action != "publish"]


class CallOffView(RevisionsUnscheduleView):
    permission_required = "change"


class LiveOnly:
    """Others refer to what was approved; what waits cannot be chosen."""

    def get_object_list(self) -> Any:
        return super().get_object_list().live()  # type: ignore[misc]


class ChooseLiveView(LiveOnly, ChooseView):
    pass


class ChooseLiveResultsView(LiveOnly, ChooseResultsView):
    pass


class RegulationChooserViewSet(SnippetChooserViewSet):
    choose_view_class = ChooseLiveView
    choose_results_view_class = ChooseLiveResultsView
