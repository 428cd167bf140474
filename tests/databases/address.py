"""The address of the database that the running test uses, for a process of its own."""

from urllib.parse import quote

from django.db import connection


def database_address() -> str:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite://{settings['NAME']}"
    port = f":{settings['PORT']}" if settings["PORT"] else ""
    word = f":{quote(settings['PASSWORD'], safe='')}" if settings["PASSWORD"] else ""
    user = quote(settings["USER"], safe="")
    return f"postgresql://{user}{word}@{quote(settings['HOST'], safe='')}{port}/{settings['NAME']}"
