import hashlib
import json
import sys
from datetime import timedelta
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from trellis.kernel import clock
from trellis.web.access import Audience, audience

WORKER = Path(__file__).parents[1] / "static" / "trellis" / "offline.js"
# What the offline page shows itself with; a test compares it with the page.
OFFLINE_PARTS = (
    "trellis/fonts.css", "trellis/trellis.css", "trellis/manager.css", "trellis/product.css",
    "trellis/areas/account.css", "trellis/icon.svg", "trellis/fonts/figtree-latin-wght-normal.woff2",
    "trellis/fonts/fraunces-latin-wght-normal.woff2",
)  # fmt: skip
REPORTS_READ_FOR = timedelta(days=180)  # RFC 9116 asks for less than a year


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
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that shows the offline page. At the top, because a script may only serve what lies below it."""
    response = HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")
    patch_cache_control(response, no_cache=True)
    return response


@cache
def _worker() -> str:
    """The script with its parts; a change of the page or of a part makes browsers keep them anew."""
    parts = json.dumps([static(part) for part in OFFLINE_PARTS])
    digest = hashlib.sha256((parts + render_to_string("errors/offline.html")).encode()).hexdigest()[:16]
    return f'const PARTS = {parts};\nconst STORE = "offline-{digest}";\n{WORKER.read_text(encoding="utf-8")}'


@audience(Audience.ANYONE)
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Nothing here is for search engines."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")


@audience(Audience.ANYONE)
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report a weakness (RFC 9116), if the operator has named somebody who reads it."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    until = (clock.now() + REPORTS_READ_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.BASE_URL}{reverse('security_txt')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


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
