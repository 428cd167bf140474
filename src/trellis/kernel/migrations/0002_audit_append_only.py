from django.db import migrations

from trellis.kernel import audit_guard


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: audit_guard.install(schema_editor.connection),
            lambda apps, schema_editor: audit_guard.remove(schema_editor.connection),
        )
    ]
