from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0003_fairness"),
    ]

    operations = [
        migrations.AddField(
            model_name="proposal",
            name="week",
            field=models.PositiveSmallIntegerField(null=True),
        ),
    ]
