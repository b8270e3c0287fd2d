import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from marketplace.accounts.models import Membership, Organisation, User
from marketplace.accounts.services import add_member, create_person, create_public_body


class Command(BaseCommand):
    help = (
        "Set up the market operator and its first administrator, on a market's first start. The password is asked "
        "for, or read from standard input where that is no terminal. Further people are invited on the site."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True, help="the person's name")
        parser.add_argument("--organisation", required=True, help="the operator's Chinese name")
        parser.add_argument("--organisation-en", default="", help="its English name")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].lower()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        user = User.objects.filter(email=email).first()
        password = None if user else self._password(email, options["name"])
        with transaction.atomic():
            user = user or create_person(email=email, name=options["name"], password=password)
            operator = create_public_body(
                kind=Organisation.Kind.OPERATOR,
                name_zh=options["organisation"],
                name_en=options["organisation_en"],
            )
            add_member(organisation=operator, user=user, role=Membership.Role.ADMINISTRATOR)
        self.stdout.write(self.style.SUCCESS(f"{user.email} administers {operator.name_zh}. Sign in at /console/."))

    def _password(self, email: str, name: str) -> str:
        password = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            validate_password(password, User(email=email, name=name))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        return password
