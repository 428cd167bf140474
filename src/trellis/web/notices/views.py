from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from trellis.kernel import clock
from trellis.notifications.actions import mark_all_read, mark_read
from trellis.notifications.models import Notice
from trellis.notifications.queries import inbox
from trellis.web.access import Audience, PersonRequest, audience


@audience(Audience.MEMBER)
@require_safe
def inbox_page(request: PersonRequest) -> HttpResponse:
    raw = request.GET.get("before", "")
    if raw and not (raw.isascii() and raw.isdigit() and len(raw) < 18):
        raise Http404
    only = request.GET.get("show") == "unread"
    rows, older = inbox(request.person, before=int(raw) if raw else None, unread_only=only)
    return render(request, "notices/inbox.html", {"rows": rows, "older": older, "only": only, "later": bool(raw)})


@audience(Audience.MEMBER)
@require_POST
def open_notice(request: PersonRequest, number: int) -> HttpResponse:
    """Mark one as read and go where it can be acted on."""
    notice = get_object_or_404(Notice, pk=number, person=request.person)
    mark_read(by=request.person, notices=[notice.pk], now=clock.now())
    inside = notice.path and url_has_allowed_host_and_scheme(notice.path, allowed_hosts=None)
    return redirect(notice.path if inside else "notices")


@audience(Audience.MEMBER)
@require_POST
def read_all(request: PersonRequest) -> HttpResponse:
    mark_all_read(by=request.person, now=clock.now())
    messages.success(request, gettext("Everything is marked as read."))
    return redirect("notices")
