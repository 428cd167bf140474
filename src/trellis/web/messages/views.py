from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from trellis.conversations import actions, queries, rules
from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import own_mentorship, page_number
from trellis.web.messages.forms import MessageForm


@audience(Audience.MEMBER)
@require_safe
def threads(request: PersonRequest) -> HttpResponse:
    return render(request, "messages/threads.html", {"threads": queries.threads(request.person)})


@audience(Audience.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: PersonRequest, number: int) -> HttpResponse:
    """The messages of one mentorship, newest last, and a box to write in while it is live."""
    mentorship = own_mentorship(request, number)
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.send_message(
                by=request.person, mentorship=mentorship, body=form.cleaned_data["body"].replace("\r\n", "\n"),
                now=clock.now(),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error("body", str(refusal))
        else:
            return redirect(reverse("conversation", args=[number]) + "#newest")
    shown = queries.conversation(mentorship, request.person, page_number(request))
    if shown.page > shown.pages:
        raise Http404
    if shown.newest_id is not None and shown.unseen and not form.is_bound:
        actions.mark_read(by=request.person, mentorship=mentorship, up_to=shown.newest_id, now=clock.now())
    rows = queries.threads(request.person)
    context = {
        "mentorship": mentorship, "shown": shown, "form": form, "threads": rows,
        "thread": next(row for row in rows if row.mentorship_id == number),
        "can_write": rules.can_send(request.person, mentorship), "today": clock.now(),
    }  # fmt: skip
    return render(request, "messages/conversation.html", context, status=422 if form.is_bound else 200)
