from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from .. import services
from ..forms import ProfileForm
from ..http import MemberRequest
from ..models import User


@login_required
def change_profile(request: MemberRequest) -> HttpResponse:
    """A person's name, and the language of what the market writes to them."""
    # A copy of its own: the form writes into its instance, and the header shows the request's.
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if form.is_valid():
        services.change_profile(user=form.instance, **form.cleaned_data)
        messages.success(request, _("Your details are saved."))
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form}, status=422 if form.is_bound else 200)
