from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps


class ConfigConfig(AppConfig):
    """Opens the machine doors: every app's notices, jobs and subscribers register by being imported here."""

    name = "trellis.config"
    label = "trellis_config"

    def ready(self) -> None:
        for app in apps.get_app_configs():
            if not app.name.startswith("trellis."):
                continue
            for room in ("notices", "jobs", "subscribers"):
                if app.name != "trellis.kernel" and find_spec(f"{app.name}.{room}"):
                    import_module(f"{app.name}.{room}")
