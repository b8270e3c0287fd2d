"""Status from the dates: what ended a document is named, or its ending is not verified."""

from django.db import migrations, models

#: Who corrected one of them has decided on all, so that a data file cannot contradict what is kept.
TOGETHER = {"recorded_status", "effective_on", "repealed_on", "repealed_by"}


def follow_the_dates(apps, schema_editor):
    regulations = apps.get_model("catalogue", "Regulation").objects
    regulations.filter(repealed_on=None, repealed_by__isnull=False).update(repealed_by=None)
    known_since = regulations.filter(recorded_status="repealed", repealed_on__isnull=False)
    known_since.filter(repealed_by=None, replaced_by__isnull=False).update(repealed_by=models.F("replaced_by"))
    known_since.filter(repealed_by__isnull=False).update(recorded_status="by_dates")
    regulations.filter(recorded_status="effective").update(recorded_status="by_dates")
    # Written as repealed, but not since when or by what: that cannot be relied on, and is told in the note.
    for each in regulations.filter(recorded_status="repealed"):
        since = f" {each.repealed_on}" if each.repealed_on else ""
        each.note_zh = f"记为已废止{since}，未注明日期或废止文件。{each.note_zh}"[:500]
        each.note_en = f"Noted as repealed{since}, without the day or the document. {each.note_en}"[:600]
        each.recorded_status, each.repealed_on, each.repealed_by = "unverified", None, None
        each.save()


def rename_corrections(apps, schema_editor):
    for each in apps.get_model("catalogue", "Regulation").objects.exclude(corrected_fields=[]):
        names = {"recorded_status" if name == "status" else name for name in each.corrected_fields}
        each.corrected_fields = sorted(names | TOGETHER if names & TOGETHER else names)
        each.save(update_fields=["corrected_fields"])


class Migration(migrations.Migration):

    dependencies = [
        ("catalogue", "0005_status_from_dates"),
    ]

    operations = [
        migrations.RunPython(follow_the_dates, migrations.RunPython.noop),
        migrations.RunPython(rename_corrections, migrations.RunPython.noop),
    ]
