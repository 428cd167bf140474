from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0007_publishing"),
    ]

    operations = [
        migrations.AlterField(
            model_name="proposal",
            name="origin",
            field=models.CharField(
                choices=[
                    ("solver", "Best plan"),
                    ("pinned", "Pinned by the manager"),
                    ("swap", "Changed by the manager"),
                    ("request", "Asked for by the mentee"),
                    ("mentor_asks", "Asked for by the mentor"),
                    ("fall_through", "Next choice"),
                ],
                default="solver",
                max_length=12,
            ),
        ),
    ]
