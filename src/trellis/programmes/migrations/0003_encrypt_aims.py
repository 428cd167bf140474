from collections.abc import Callable

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from trellis.kernel.encryption import EncryptedJSONField, decrypt, encrypt

COLUMNS = ("aims", "interests", "experience")


def to_cipher(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    _rewrite(apps, lambda text: encrypt(text) if text not in {"", "[]"} else "")


def to_text(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    _rewrite(apps, lambda token: decrypt(token) if token else "[]")


def _rewrite(apps: Apps, change: Callable[[str], str]) -> None:
    table = apps.get_model("programmes", "Enrolment")._base_manager
    for row in table.order_by("pk").only(*COLUMNS).iterator(chunk_size=500):
        for column in COLUMNS:
            setattr(row, column, change(getattr(row, column)))
        row.save(update_fields=COLUMNS)


class Migration(migrations.Migration):
    """Lists as JSON become plain text, the text becomes cipher, the column learns to read it."""

    dependencies = [
        ("programmes", "0002_longer_condition_kinds"),
    ]

    operations = [
        *[
            migrations.AlterField("enrolment", column, models.TextField(default="[]"))
            for column in COLUMNS
        ],
        migrations.RunPython(to_cipher, to_text),
        *[
            migrations.AlterField("enrolment", column, EncryptedJSONField(blank=True, default=list))
            for column in COLUMNS
        ],
    ]
