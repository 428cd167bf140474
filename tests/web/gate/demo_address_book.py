"""The gate as the demo has it, whatever the settings say."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse("home")


urlpatterns = [
    path("", include("trellis.web.gate.urls")),
    path("", include("trellis.web.gate.demo_urls")),
    path("", include("trellis.web.errors.urls")),
    path("", home, name="home"),
]
handler404 = "trellis.web.errors.views.not_found"
