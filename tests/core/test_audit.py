import pytest
from django.db import IntegrityError, connection, transaction

from marketplace.core import appendonly, audit
from marketplace.core.models import AuditEntry
from tests.factories.accounts import UserFactory


@pytest.mark.django_db
class TestAuditTrail:
    def record_three(self):
        actor = UserFactory()
        for action in ("drafted", "filed", "passed"):
            audit.record(matter="m:1", action=action, actor=actor, before={"x": "0"}, after={"x": action})

    def test_lines_are_numbered_and_chained(self):
        self.record_three()

        lines = audit.trail("m:1")

        assert [line.position for line in lines] == [1, 2, 3]
        assert [line.previous_hash for line in lines] == [audit.GENESIS, lines[0].hash, lines[1].hash]
        assert audit.verify("m:1") is None

    def test_an_altered_line_shows(self):
        self.record_three()

        with appendonly.lifted():
            AuditEntry.objects.filter(position=2).update(after={"x": "forged"})

        assert audit.verify("m:1") == 2

    def test_a_missing_line_shows(self):
        self.record_three()

        with appendonly.lifted():
            AuditEntry.objects.filter(position=2).delete()

        assert audit.verify("m:1") == 2


@pytest.mark.django_db
class TestAppendOnlyTable:
    @pytest.mark.parametrize("sql", ["UPDATE core_auditentry SET action = 'x'", "DELETE FROM core_auditentry"])
    def test_the_database_refuses_to_change_a_line(self, sql):
        audit.record(matter="m:1", action="a", actor=None)

        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)

        assert audit.verify("m:1") is None

    def test_the_list_and_the_database_agree(self):
        assert appendonly.trigger_names(connection.vendor) <= appendonly.installed_triggers()
