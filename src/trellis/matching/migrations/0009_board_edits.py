import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

KEY = "rearranged"


def carry_over(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """What stood in the settings of a round, where every edit had its whole row written anew."""
    rounds, edits = (apps.get_model("matching", name) for name in ("Round", "BoardEdit"))
    for pk, organisation, settings in rounds.objects.values_list("pk", "organisation_id", "settings"):
        if KEY in settings:
            kept = settings.pop(KEY)
            edits.objects.bulk_create(
                edits(
                    organisation_id=organisation, round_id=pk, forced_id=each["forced"], made=each["made"],
                    gone=each["gone"], moved=each["moved"],
                )
                for each in kept
            )  # fmt: skip
            rounds.objects.filter(pk=pk).update(settings=settings)


def carry_back(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    rounds, edits = (apps.get_model("matching", name) for name in ("Round", "BoardEdit"))
    for each in edits.objects.order_by("pk"):
        settings = rounds.objects.values_list("settings", flat=True).get(pk=each.round_id)
        entry = {"forced": each.forced_id, "made": each.made, "gone": each.gone, "moved": each.moved}
        settings[KEY] = [*settings.get(KEY, ()), entry]
        rounds.objects.filter(pk=each.round_id).update(settings=settings)


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0008_mentor_requests"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BoardEdit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made", models.JSONField(default=list)),
                ("gone", models.JSONField(default=list)),
                ("moved", models.PositiveIntegerField()),
                (
                    "forced",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="matching.proposal"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="edits", to="matching.round"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RunPython(carry_over, carry_back),
        migrations.RemoveIndex(model_name="proposal", name="proposal_of_round"),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["organisation", "round", "state", "origin"], name="proposal_on_board"),
        ),
    ]
