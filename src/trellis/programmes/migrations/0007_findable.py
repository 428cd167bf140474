from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0006_holidays"),
    ]

    operations = [
        migrations.AddField(
            model_name="enrolment",
            name="findable",
            field=models.BooleanField(default=False),
        ),
    ]
