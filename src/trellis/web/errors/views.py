import sys

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from trellis.web.access import Audience, audience


def no_permission(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/no_permission.html", status=403)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its secret: mostly a page left open over a sign-in. The reason is for logs, not for people."""
    return render(request, "errors/form_expired.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/not_found.html", status=404)


def too_many(request: HttpRequest) -> HttpResponse:
    response = render(request, "errors/too_many.html", status=429)
    response["Retry-After"] = "60"
    return response


def broken(request: HttpRequest) -> HttpResponse:
    """Rendered without the request: nothing here may need what has just broken."""
    if isinstance(sys.exc_info()[1], OperationalError):
        response = HttpResponse(render_to_string("errors/back_shortly.html"), status=503)
        response["Retry-After"] = "30"
        return response
    return HttpResponse(render_to_string("errors/broken.html"), status=500)


@audience(Audience.ANYONE)
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render_to_string("errors/offline.html"))


@audience(Audience.ANYONE)
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"ok": True})


@audience(Audience.ANYONE)
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    return JsonResponse(
        {"name": "Trellis", "short_name": "Trellis", "start_url": "/", "display": "standalone", "icons": []},
        content_type="application/manifest+json",
    )
