"""What was changed in the console before is kept from the data files, and who pays says whose service it is."""

from django.db import migrations

KEPT = ("ApprovalMatter", "FeeSchedule", "LegalBasis", "QualificationType", "Regulation", "ServiceItem")
RENAMED = {"relation_zh": "says_zh", "relation_en": "says_en"}


def note_corrections(apps, schema_editor):
    lines = apps.get_model("core", "AuditEntry").objects.filter(action__in=("created", "changed"))
    for name in KEPT:
        model = apps.get_model("catalogue", name)
        names = {field.name for field in model._meta.concrete_fields} - {"id"}
        for entry in model.objects.all():
            trail = lines.filter(matter=f"catalogue:{name.lower()}:{entry.pk}").values_list("after", flat=True)
            written = {RENAMED.get(field, field) for after in trail for field in after or ()}
            if corrected := sorted(written & names):
                model.objects.filter(pk=entry.pk).update(corrected_fields=corrected)


def give_to_authorities(apps, schema_editor):
    apps.get_model("catalogue", "ServiceItem").objects.filter(paid_by="authority").update(status="authority")


def drop_general_bases(apps, schema_editor):
    """The old rows had one line a document, without articles; the data files bring them anew by article."""
    apps.get_model("catalogue", "LegalBasis").objects.filter(source_key=None, corrected_fields=[]).delete()


class Migration(migrations.Migration):

    dependencies = [
        ("catalogue", "0002_legal_facts"),
        ("core", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(note_corrections, migrations.RunPython.noop),
        migrations.RunPython(give_to_authorities, migrations.RunPython.noop),
        migrations.RunPython(drop_general_bases, migrations.RunPython.noop),
    ]
