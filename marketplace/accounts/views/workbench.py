from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from marketplace.core.additions.duties import matters_of
from marketplace.core.web.following import following

from ..http import MemberRequest
from ..middleware import SESSION_KEY
from ..models import Membership
from ..selectors import Workbench

PAGE_SIZE = 20


@login_required
def workbench(request: MemberRequest) -> HttpResponse:
    """What waits, what is under way, what is done."""
    return render(request, "accounts/workbench.html", {"workbench": Workbench(request.user, request.organisation)})


@login_required
def matter_list(request: MemberRequest, *, finished: bool) -> HttpResponse:
    """All matters of the organisation, current or finished."""
    if not request.organisation:
        return redirect("accounts:workbench")
    current, past = matters_of(request.user, request.organisation)
    page = Paginator(past if finished else current, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "finished": finished, "workbench_tab": "accounts:workbench"}
    return render(request, "accounts/matter_list.html", context)


@login_required
@require_POST
def switch_organisation(request: MemberRequest) -> HttpResponse:
    """Act in another of one's organisations from now on."""
    chosen = request.POST.get("organisation")
    memberships = Membership.objects.of(request.user)
    membership = next((each for each in memberships if str(each.organisation_id) == chosen), None)
    if membership is None:
        raise Http404
    request.session[SESSION_KEY] = membership.organisation_id
    return redirect(following(request) or "accounts:workbench")
