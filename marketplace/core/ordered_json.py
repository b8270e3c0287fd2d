import json
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class OrderedJSONField(models.JSONField):
    """
    A published document whose names stand in the document's own order.

    PostgreSQL's jsonb sorts them by length, so the document is kept as text; the database does not look into it.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "text"

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        return None if value is None else json.dumps(value, ensure_ascii=False, cls=self.encoder)
