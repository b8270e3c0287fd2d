import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from credit.documents import standing_document
from credit.services import standing_of, standings_of
from marketplace.accounts.models import Organisation
from marketplace.core import clock
from marketplace.core.typed.identifiers import normalise
from marketplace.core.typed.reading import read_day


class Command(BaseCommand):
    help = "Print how an intermediary's credit score of a day comes about, as JSON; without a USCC all, a line each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("uscc", nargs="?", help="unified social credit code")
        parser.add_argument("--as-of", type=_day, help="a day (YYYY-MM-DD, Asia/Shanghai), today unless given")

    def handle(self, *args: Any, **options: Any) -> None:
        as_of = options["as_of"] or clock.today()
        if as_of > clock.today():
            raise CommandError(f"{as_of} lies in the future; a standing exists for days up to today.")
        if options["uscc"]:
            self._explain_one(options["uscc"], as_of)
        else:
            self._list_all(as_of)

    def _explain_one(self, code: str, as_of: date) -> None:
        try:
            code = normalise(code)
        except ValidationError as error:
            raise CommandError(f"{code} is not a unified social credit code: {' '.join(error.messages)}") from error
        organisation = _intermediaries().filter(uscc=code).first()
        if organisation is None:
            raise CommandError(f"No intermediary of the market has the code {code}.")
        document = standing_document(code, standing_of(organisation, as_of))
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))

    def _list_all(self, as_of: date) -> None:
        codes = dict(_intermediaries().order_by("uscc").values_list("pk", "uscc"))
        for pk, standing in standings_of(codes, as_of):
            self.stdout.write(json.dumps(standing_document(codes[pk], standing), ensure_ascii=False))


def _intermediaries() -> Any:
    return Organisation.objects.filter(kind=Organisation.Kind.INTERMEDIARY)


def _day(text: str) -> date:
    try:
        return read_day(text)
    except ValidationError as error:
        raise ArgumentTypeError(" ".join(error.messages)) from None
