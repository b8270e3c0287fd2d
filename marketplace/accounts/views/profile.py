from typing import Any

from django.utils.translation import gettext_lazy

from marketplace.core.web.operation import Operation

from .. import services
from ..forms import ProfileForm
from ..http import MemberRequest
from ..models import User


class ChangeProfile(Operation):
    """A person's name, and the language of what the market writes to them."""

    request: MemberRequest
    template_name = "accounts/profile.html"
    form_class = ProfileForm
    done = gettext_lazy("Your details are saved.")

    def form_arguments(self) -> dict[str, Any]:
        # A copy of its own: the form writes into its instance, and the header shows the request's.
        return {"instance": User.objects.get(pk=self.request.user.pk)}

    def operate(self, form: Any) -> None:
        services.change_profile(user=form.instance, **form.cleaned_data)

    def place(self, result: Any) -> str:
        return "accounts:profile"
