from django.db import migrations, models


class Migration(migrations.Migration):
    """Both languages of a notice; earlier ones keep the one in which they were written."""

    dependencies = [
        ("accounts", "0007_stored_sessions"),
    ]

    operations = [
        migrations.RenameField("notice", "title", "title_zh"),
        migrations.RenameField("notice", "body", "body_zh"),
        migrations.AddField("notice", "title_en", models.CharField(blank=True, default="", max_length=200), False),
        migrations.AddField("notice", "body_en", models.TextField(blank=True, default=""), False),
        migrations.AddField("notice", "turn", models.CharField(blank=True, default="", max_length=150), False),
        migrations.AddField("notice", "settled_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddIndex(
            "notice",
            models.Index(
                fields=("turn",),
                condition=~models.Q(turn="") & models.Q(settled_at=None),
                name="notice_that_waits",
            ),
        ),
    ]
