from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trellis.kernel import audit, clock
from trellis.kernel.errors import Refusal
from trellis.people.actions.organisation import publish_privacy_notice, record_audit_export, save_organisation
from trellis.people.actions.roles import grant_role, revoke_role
from trellis.people.choices import OrganisationRole
from trellis.people.models import Person, RoleGrant
from trellis.people.queries.audit import AuditFilter, audit_page, audit_verbs
from trellis.people.queries.roles import people_starting_with, role_grants
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.organisation.export import MOST_ROWS, csv_lines
from trellis.web.organisation.forms import AuditForm, GrantForm, NoticeForm, OrganisationForm
from trellis.web.organisation.words import facts_in_words, subject_in_words, verb_in_words


@audience(Audience.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_settings(request: PersonRequest) -> HttpResponse:
    form = OrganisationForm(request.POST or None, initial=_present(request))
    if request.method == "POST" and form.is_valid():
        try:
            save_organisation(by=request.person, now=clock.now(), **form.cleaned_data)
            messages.success(request, gettext("The organisation’s settings are saved."))
            return redirect("organisation_settings")
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
    return _settings_page(request, form=form)


@audience(Audience.ADMIN)
@require_POST
def notice(request: PersonRequest) -> HttpResponse:
    """Publish a new privacy notice."""
    form = NoticeForm(request.POST)
    if form.is_valid():
        try:
            changed = publish_privacy_notice(by=request.person, text=form.cleaned_data["text"], now=clock.now())
            messages.success(
                request,
                gettext("Version %(number)d is published. People are asked again when they next sign in.")
                % {"number": changed.privacy_notice_version},
            )
            return redirect("organisation_settings")
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
    return _settings_page(request, notice=form)


def _present(request: PersonRequest) -> dict[str, object]:
    organisation = request.person.organisation
    return {
        "name": organisation.name, "time_zone": organisation.time_zone, "session_days": organisation.session_days,
        "second_factor_for_admins": organisation.second_factor_for_admins,
    }  # fmt: skip


def _settings_page(
    request: PersonRequest, *, form: OrganisationForm | None = None, notice: NoticeForm | None = None
) -> HttpResponse:
    organisation = request.person.organisation
    context = {
        "form": form or OrganisationForm(initial=_present(request)),
        "notice": notice or NoticeForm(initial={"text": organisation.privacy_notice}),
        "version": organisation.privacy_notice_version,
    }
    return render(request, "organisation/settings.html", context)


@audience(Audience.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def roles(request: PersonRequest) -> HttpResponse:
    """Who holds which role; giving one to somebody found by the beginning of their name."""
    search = (request.POST.get("search") or request.GET.get("search") or "").replace("\0", "")[:100]
    form = GrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = get_object_or_404(Person, pk=form.cleaned_data["person"])
        try:
            grant = grant_role(by=request.person, person=person, role=form.cleaned_data["role"], now=clock.now())
            said = {"name": person.full_name, "role": grant.get_role_display()}
            messages.success(request, gettext("%(name)s is now %(role)s.") % said)
            return redirect("organisation_roles")
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
    context = {
        "grants": role_grants(), "roles": OrganisationRole.choices, "search": search, "form": form,
        "found": people_starting_with(search), "chosen": request.POST.get("role", ""),
    }  # fmt: skip
    return render(request, "organisation/roles.html", context)


@audience(Audience.ADMIN)
@require_POST
def role_remove(request: PersonRequest, number: int) -> HttpResponse:
    grant = get_object_or_404(RoleGrant.objects.select_related("person"), pk=number)
    try:
        revoke_role(by=request.person, grant=grant, now=clock.now())
        said = {"name": grant.person.full_name, "role": grant.get_role_display()}
        messages.success(request, gettext("%(name)s is no longer %(role)s.") % said)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("organisation_roles")


@audience(Audience.ADMIN)
@require_safe
def audit_log(request: PersonRequest) -> HttpResponse:
    """Who did what to which record, a page at a time, and whether the chain of hashes holds."""
    form = AuditForm(request.GET)
    if not form.is_valid():
        context = {"form": form, "rows": [], "count": audit.head(request.person.organisation_id)[0]}
        return render(request, "organisation/audit.html", context, status=400)
    chosen = _filter(request, form)
    rows, older = audit_page(chosen, before=form.cleaned_data["before"])
    kept = {key: str(request.GET[key]) for key in ("person", "verb", "since", "until") if request.GET.get(key)}
    position, _hash = audit.head(request.person.organisation_id)
    context = {
        "form": form, "older": older, "kept": urlencode(kept), "count": position,
        "rows": [
            (row, verb_in_words(row.verb), subject_in_words(row.subject), facts_in_words(row.facts)) for row in rows
        ],
        "verbs": [(verb, verb_in_words(verb)) for verb in audit_verbs()],
        "person_shown": Person.objects.filter(pk=chosen.person_id).first() if chosen.person_id else None,
        "search": request.GET.get("search", "")[:100],
        "found": people_starting_with(request.GET.get("search", "")[:100]),
        "checked": "check" in request.GET,
        "broken": audit.first_break(request.person.organisation_id) if "check" in request.GET else None,
        "zone": request.person.organisation.time_zone, "now": clock.now(),
    }  # fmt: skip
    return render(request, "organisation/audit.html", context)


@audience(Audience.ADMIN)
@require_POST
def audit_export(request: PersonRequest) -> HttpResponse | StreamingHttpResponse:
    """The filtered log as a file; the download is itself a line in the log."""
    form = AuditForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest(gettext("A filter in the address is not valid. Go back and choose it again."))
    chosen = _filter(request, form)
    record_audit_export(by=request.person, rows=min(chosen.rows().count(), MOST_ROWS), now=clock.now())
    lines = csv_lines(chosen, organisation_id=request.person.organisation_id)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="trellis-audit-log.csv"'
    return response


def _filter(request: PersonRequest, form: AuditForm) -> AuditFilter:
    found = form.cleaned_data
    return AuditFilter(
        person_id=found["person"], verb=found["verb"], since=found["since"], until=found["until"],
        zone=ZoneInfo(request.person.organisation.time_zone),
    )  # fmt: skip
