"""Fields that a stolen database does not reveal.

Values are encrypted with `cryptography`'s MultiFernet; the keys live outside the database
(settings.TRELLIS_FIELD_KEYS, newest first). Nothing filters or sorts on such a field.
"""

import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models
from django.db.models.lookups import Exact


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    return _cipher(tuple(settings.TRELLIS_FIELD_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The clear text of `token`; raises `cryptography.fernet.InvalidToken` under the wrong key."""
    return _cipher(tuple(settings.TRELLIS_FIELD_KEYS)).decrypt(token.encode()).decode()


class EqualsNothing(Exact):
    """Comparison with the empty string, the one value that is stored as it is."""

    def get_prep_lookup(self) -> Any:  # Any: Django's own signature
        if self.rhs != "":
            raise TypeError("This field is encrypted: it can only be compared with the empty text.")
        return self.rhs


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # django-stubs' generics are not subscriptable at run time
    """Text at rest only as cipher. An empty string stays empty, so that "nothing was written" can be counted."""

    def get_prep_value(self, value: Any) -> Any:  # Any: Django's own signature
        return encrypt(value) if value else value

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return decrypt(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        if lookup_name == "exact":
            return EqualsNothing
        raise TypeError(f"{self.name} is encrypted: nothing may search or sort it by {lookup_name}.")


class EncryptedJSONField(EncryptedTextField):
    """A list at rest only as cipher. An empty list is stored as an empty text and comes back as an empty list."""

    _pyi_private_set_type: Any  # read by django-stubs: not the text that the parent holds
    _pyi_private_get_type: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: Django's own signature
        kwargs.setdefault("default", list)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(json.dumps(value, ensure_ascii=False) if value else "")

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return json.loads(decrypt(value)) if value else []

    def to_python(self, value: Any) -> Any:
        return (json.loads(value) if value else []) if isinstance(value, str) else value

    def value_to_string(self, obj: models.Model) -> str:
        return json.dumps(self.value_from_object(obj), ensure_ascii=False)
