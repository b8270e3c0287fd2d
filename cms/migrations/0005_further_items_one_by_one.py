"""What a regulation also governs is a row each, which its editors choose by searching."""

import django.db.models.deletion
import modelcluster.fields
from django.db import migrations, models

ROWS = {
    "extra_items": ("FurtherItem", "item", "former_items"),
    "extra_schedules": ("FurtherSchedule", "schedule", "former_schedules"),
}


def take_over(apps, schema_editor):
    for page in apps.get_model("cms", "RegulationPage").objects.all():
        for model, column, former in ROWS.values():
            ids = getattr(page, former).order_by("pk").values_list("pk", flat=True)
            rows = [{"page_id": page.pk, f"{column}_id": pk, "sort_order": place} for place, pk in enumerate(ids)]
            apps.get_model("cms", model).objects.bulk_create([apps.get_model("cms", model)(**row) for row in rows])


def take_over_in_versions(apps, schema_editor):
    """A version that waits, or is gone back to, names them as it always did."""
    of_pages = {"content_type__app_label": "cms", "content_type__model": "regulationpage"}
    for version in apps.get_model("wagtailcore", "Revision").objects.filter(**of_pages).iterator():
        for name, (_model, column, _former) in ROWS.items():
            ids = [pk for pk in version.content.get(name) or () if not isinstance(pk, dict)]
            page = version.content.get("pk")
            version.content[name] = [
                {"pk": None, "sort_order": place, "page": page, column: pk} for place, pk in enumerate(ids)
            ]
        version.save(update_fields=["content"])


def rows(name, column, to):
    return migrations.CreateModel(
        name=name,
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("sort_order", models.IntegerField(blank=True, editable=False, null=True)),
            (column, models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=to)),
            (
                "page",
                modelcluster.fields.ParentalKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name=f"extra_{column}s",
                    to="cms.regulationpage",
                ),
            ),
        ],
        options={"ordering": ["sort_order"], "abstract": False},
    )


class Migration(migrations.Migration):

    dependencies = [
        ("cms", "0004_facts_are_approved_too"),
        ("catalogue", "0008_versions_that_are_approved"),
    ]

    operations = [
        migrations.RenameField("regulationpage", "extra_items", "former_items"),
        migrations.RenameField("regulationpage", "extra_schedules", "former_schedules"),
        rows("FurtherItem", "item", "catalogue.serviceitem"),
        rows("FurtherSchedule", "schedule", "catalogue.feeschedule"),
        migrations.AddConstraint(
            "furtheritem", models.UniqueConstraint(fields=("page", "item"), name="further_item_once")
        ),
        migrations.AddConstraint(
            "furtherschedule", models.UniqueConstraint(fields=("page", "schedule"), name="further_schedule_once")
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
        migrations.RunPython(take_over_in_versions, migrations.RunPython.noop),
    ]
