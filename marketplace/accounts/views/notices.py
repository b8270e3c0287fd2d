from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from .. import notices
from ..http import MemberRequest
from ..models import Notice

PAGE_SIZE = 20


@login_required
def notice_list(request: MemberRequest) -> HttpResponse:
    """A person's notices, the latest first."""
    found = Notice.objects.visible_to(request.user).select_related("organisation")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "accounts/notice_list.html", {"page": page, "workbench_tab": "accounts:workbench"})


@login_required
@require_POST
def open_notice(request: MemberRequest, pk: int) -> HttpResponse:
    """Note a notice as read, and go to the page that it is about."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    notices.mark_read(notice=notice)
    if notice.url and url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None):
        return redirect(notices.path_in(notice.url, get_language()))
    return redirect("accounts:notice-list")


@login_required
@require_POST
def mark_all_read(request: MemberRequest) -> HttpResponse:
    notices.mark_all_read(user=request.user)
    return redirect("accounts:notice-list")
