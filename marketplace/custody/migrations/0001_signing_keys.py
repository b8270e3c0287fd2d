from django.db import migrations, models


class Migration(migrations.Migration):
    """The table was core's before; only the app that it belongs to changes."""

    initial = True

    dependencies = [
        ("core", "0003_signing_keys"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="SigningKey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("public_key", models.CharField(max_length=64, unique=True)),
                        ("in_use_from", models.DateTimeField(null=True)),
                        ("in_use_until", models.DateTimeField(null=True)),
                    ],
                    options={"ordering": ("-pk",), "db_table": "core_signingkey"},
                ),
            ],
        ),
    ]
