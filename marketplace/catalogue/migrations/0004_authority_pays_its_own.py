from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0003_corrections_of_the_console'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='serviceitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('paid_by', 'authority'), _negated=True), ('status__in', ('authority', 'merged')), _connector='OR'), name='service_item_paid_by_authority_is_its_own', violation_error_message='What the authority pays is its own service; no applicant can be asked for it.'),
        ),
    ]
