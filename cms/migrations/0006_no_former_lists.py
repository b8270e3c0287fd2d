"""The lists that have become rows go."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("cms", "0005_further_items_one_by_one"),
    ]

    operations = [
        migrations.RemoveField("regulationpage", "former_items"),
        migrations.RemoveField("regulationpage", "former_schedules"),
    ]
