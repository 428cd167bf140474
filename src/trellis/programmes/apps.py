from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "trellis.programmes"
    label = "programmes"
