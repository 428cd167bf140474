from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from trellis.web.access import Audience, audience


def no_permission(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/no_permission.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/not_found.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    return render(request, "errors/broken.html", status=500)


@audience(Audience.ANYONE)
def health(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"ok": True})


@audience(Audience.ANYONE)
def manifest(request: HttpRequest) -> JsonResponse:
    return JsonResponse(
        {"name": "Trellis", "short_name": "Trellis", "start_url": "/", "display": "standalone", "icons": []},
        content_type="application/manifest+json",
    )
