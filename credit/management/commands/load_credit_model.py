from typing import Any

from django.core.management.base import BaseCommand

from credit.due_work import schedule_next_refresh
from credit.services import load_credit_model


class Command(BaseCommand):
    help = "Load the rating model and the credit rules of the data files; again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        model, rules = load_credit_model()
        schedule_next_refresh()
        self.stdout.write(f"{model.version}, {rules} rules")
