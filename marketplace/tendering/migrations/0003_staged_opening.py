import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models


def known_of_old_openings(apps, schema_editor):
    """Openings before there were stages were done in one go: what a stage stores stands in their transcripts."""
    for opening in apps.get_model("tendering", "Opening").objects.exclude(transcript=None):
        record = opening.transcript
        opening.frozen = {key: record[key] for key in ("candidates", "ciphertexts", "set_aside")}
        opening.list_hash = record["list_hash"]
        opening.secrets, opening.seed = record["secrets"], record["seed"]
        opening.drawn_at = opening.ended_at = opening.opened_at
        opening.save()
        for row in opening.opened_bids.filter(fate="counted").select_related("intermediary__organisation"):
            row.listed_as = row.intermediary.organisation.uscc
            row.save()


class Migration(migrations.Migration):
    dependencies = [
        ("tendering", "0002_sealed_proposals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint("opening", "opening_has_its_transcript"),
        migrations.RenameField("opening", "result", "state"),
        migrations.AlterField(
            "opening",
            "state",
            django_fsm.FSMField(
                choices=[
                    ("frozen", "The bids are open, their list is frozen"),
                    ("drawn", "The secrets are revealed, a decision is waited for"),
                    ("ranked", "A winner was selected"),
                    ("failed", "Too few bids counted"),
                    ("voided", "Voided"),
                ],
                db_index=True,
                default="frozen",
                max_length=50,
                protected=True,
            ),
        ),
        migrations.AddField("opening", "waits_since", models.DateTimeField(null=True)),
        migrations.AddField("opening", "waits_until", models.DateTimeField(null=True)),
        migrations.AddField("opening", "frozen", models.JSONField(null=True)),
        migrations.AddField("opening", "list_hash", models.CharField(blank=True, default="", max_length=64), False),
        migrations.AddField("opening", "public_value", models.CharField(max_length=200, null=True)),
        migrations.AddField("opening", "secrets", models.JSONField(null=True)),
        migrations.AddField("opening", "seed", models.CharField(blank=True, default="", max_length=64), False),
        migrations.AddField("opening", "drawn_at", models.DateTimeField(null=True)),
        migrations.AddField("opening", "short_list", models.JSONField(default=list)),
        migrations.AddField("opening", "pick", models.CharField(blank=True, default="", max_length=64), False),
        migrations.AddField("opening", "pick_reason", models.TextField(blank=True, default=""), False),
        migrations.AddField(
            "opening",
            "picked_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("opening", "picked_at", models.DateTimeField(null=True)),
        migrations.AddField("opening", "marks", models.JSONField(null=True)),
        migrations.AddField("opening", "ended_at", models.DateTimeField(null=True)),
        migrations.AddField("openedbid", "listed_as", models.CharField(blank=True, default="", max_length=64), False),
        migrations.AlterField(
            "openedbid",
            "bid",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="opened",
                to="tendering.bid",
            ),
        ),
        migrations.AddConstraint(
            "opening",
            models.CheckConstraint(
                condition=models.Q(("state__in", ("frozen", "drawn", "voided")), ("transcript__isnull", False), _connector="OR"),
                name="opening_has_its_transcript",
            ),
        ),
        migrations.AddConstraint(
            "opening",
            models.CheckConstraint(
                condition=models.Q(models.Q(("state", "drawn"), _negated=True), models.Q(("seed", ""), _negated=True), _connector="OR"),
                name="opening_drawn_has_its_seed",
            ),
        ),
        migrations.AddConstraint(
            "opening",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("pick", ""), ("picked_at", None), ("picked_by", None)),
                    models.Q(
                        models.Q(("pick", ""), _negated=True),
                        models.Q(("pick_reason", ""), _negated=True),
                        ("picked_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="opening_pick_has_its_reason",
            ),
        ),
        # Last: PostgreSQL alters no table whose rows were changed in the same transaction and still have checks to run.
        migrations.RunPython(known_of_old_openings, migrations.RunPython.noop, elidable=True),
    ]
