from django.db import migrations, models


def mark_those_still_provisional(apps, schema_editor):
    """A grade that is provisional today was so at every opening before; of the others nothing is known any more."""
    standings = apps.get_model("credit", "CurrentStanding").objects.filter(provisional=True)
    opened = apps.get_model("tendering", "OpenedBid").objects.exclude(grade="")
    opened.filter(intermediary__organisation__in=standings.values("organisation")).update(provisional=True)


class Migration(migrations.Migration):
    dependencies = [("tendering", "0015_project_keys"), ("credit", "0001_initial")]

    operations = [
        migrations.AddField(model_name="openedbid", name="provisional", field=models.BooleanField(default=False)),
        migrations.RunPython(mark_those_still_provisional, migrations.RunPython.noop),
    ]
