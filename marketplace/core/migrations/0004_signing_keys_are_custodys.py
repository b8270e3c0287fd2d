from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_signing_keys"),
        ("custody", "0001_signing_keys"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="SigningKey")]),
    ]
