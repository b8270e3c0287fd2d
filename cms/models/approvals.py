from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _
from wagtail.locks import WorkflowLock
from wagtail.models import GroupApprovalTask, TaskState, WorkflowState


class WaitsForAnother(WorkflowLock):
    """Wagtail says this half in English."""

    def get_message(self, user: Any) -> Any:
        if not self.for_user(user):
            return None
        return _("This waits for somebody else's approval, and is changed by nobody before. Withdraw it to change it.")


class ApprovalByAnother(GroupApprovalTask):
    """Approval by a member of a group who did not ask for it. While it waits nobody else changes what is approved."""

    lock_class = WaitsForAnother

    class Meta:
        verbose_name = _("approval by another person")
        verbose_name_plural = _("approvals by another person")

    def start(self, workflow_state: WorkflowState, user: Any = None) -> TaskState:
        # What is handed in again was read before its new version was saved: the old one would be approved.
        workflow_state.refresh_from_db()
        return super().start(workflow_state, user=user)

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, Any, bool]]:
        actions: list[tuple[str, Any, bool]] = super().get_actions(obj, user)
        return [] if self._has_asked(obj, user) else actions

    def locked_for_user(self, obj: Any, user: Any) -> bool:
        return self._has_asked(obj, user) or super().locked_for_user(obj, user)

    def on_action(self, task_state: TaskState, user: Any, action_name: str, **kwargs: Any) -> None:
        if task_state.workflow_state.requested_by_id == user.pk:
            raise PermissionDenied(_("Who has asked for an approval does not give it."))
        super().on_action(task_state, user, action_name, **kwargs)

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> Any:
        return super().get_task_states_user_can_moderate(user, **kwargs).exclude(workflow_state__requested_by=user)

    @classmethod
    def get_description(cls) -> Any:
        return _("A member of the chosen groups approves, other than whoever asked for it")

    @staticmethod
    def _has_asked(obj: Any, user: Any) -> bool:
        state = obj.current_workflow_state
        return state is not None and state.requested_by_id == user.pk
