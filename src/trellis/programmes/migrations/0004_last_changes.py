from django.db import migrations, models


class Migration(migrations.Migration):
    """Which settings change last touched each field, so that two managers do not overwrite each other."""

    dependencies = [
        ("programmes", "0003_encrypt_aims"),
    ]

    operations = [
        migrations.AddField("programme", "last_changes", models.JSONField(default=dict)),
    ]
