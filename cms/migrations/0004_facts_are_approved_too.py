"""The review of pages is one by another person, as it stands, and the facts of regulations pass it too."""

from django.db import migrations

WORKFLOW, REVIEW = "发布审核", "运营方审核"


def review_by_another(apps, schema_editor):
    kinds = apps.get_model("contenttypes", "ContentType").objects
    kind, _ = kinds.get_or_create(app_label="cms", model="approvalbyanother")
    for task in apps.get_model("wagtailcore", "GroupApprovalTask").objects.filter(name=REVIEW):
        # The same task, so that what waits for it goes on waiting.
        apps.get_model("cms", "ApprovalByAnother")(groupapprovaltask_ptr_id=task.pk).save_base(raw=True)
        apps.get_model("wagtailcore", "Task").objects.filter(pk=task.pk).update(content_type_id=kind.pk)


def review_facts(apps, schema_editor):
    facts = apps.get_model("contenttypes", "ContentType").objects.filter(app_label="catalogue", model="regulation")
    of_kinds = apps.get_model("wagtailcore", "WorkflowContentType").objects
    for workflow in apps.get_model("wagtailcore", "Workflow").objects.filter(name=WORKFLOW, active=True)[:1]:
        for kind in facts:
            of_kinds.get_or_create(content_type=kind, defaults={"workflow": workflow})


class Migration(migrations.Migration):

    dependencies = [
        ("cms", "0003_approval_by_another"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.RunPython(review_by_another, migrations.RunPython.noop),
        migrations.RunPython(review_facts, migrations.RunPython.noop),
    ]
