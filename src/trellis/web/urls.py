"""All addresses, one module per area. An area's urls.py lists its own; see access.py for who may use them."""

from pathlib import Path

from django.urls import include, path

AREAS = (
    "gate", "errors", "account", "home", "notices", "welcome",
    "programmes", "find", "offers", "mentorship", "meetings", "goals", "messages",
    "wizard", "overview", "participants", "rounds", "risk",
    "organisation", "directory", "jobs", "team", "executive",
)  # fmt: skip
HERE = Path(__file__).parent

urlpatterns = [path("", include(f"trellis.web.{area}.urls")) for area in AREAS if (HERE / area / "urls.py").exists()]
