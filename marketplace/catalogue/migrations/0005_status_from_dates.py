"""What is recorded of a document's status beside its dates, from which the status follows."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("catalogue", "0004_authority_pays_its_own"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="regulation", name="regulation_repealed_with_status"),
        migrations.RenameField(model_name="regulation", old_name="status", new_name="recorded_status"),
    ]
