"""Two people pressing at once on an organisation's members; SQLite ignores row locks, so PostgreSQL shows it."""

import os

import pytest

from marketplace.accounts.models import Invitation, Membership, Organisation
from marketplace.accounts.services import (
    Particulars,
    accept_invitation,
    change_role,
    create_organisation,
    deactivate_member,
    invite_member,
)
from marketplace.core import audit
from marketplace.core.typed.identifiers import with_check_digits
from tests.factories.accounts import InvitationFactory, MembershipFactory, UserFactory
from tests.services.racing import at_once

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not os.environ.get("DATABASE_URL", "").startswith("postgres"),
        reason="races on members need PostgreSQL: set DATABASE_URL",
    ),
]


class TestTwoAtOnce:
    def test_administrators_who_remove_each_other_leave_one(self):
        first = MembershipFactory()
        second = MembershipFactory(organisation=first.organisation)

        done, refusals = at_once(
            lambda: deactivate_member(membership_id=second.pk, actor=first.user),
            lambda: deactivate_member(membership_id=first.pk, actor=second.user),
        )

        assert (len(done), len(refusals)) == (1, 1)
        assert Membership.objects.administrators().filter(organisation=first.organisation).count() == 1
        assert audit.verify(f"organisation:{first.organisation_id}") is None

    def test_administrators_who_step_down_leave_one(self):
        first = MembershipFactory()
        second = MembershipFactory(organisation=first.organisation)

        done, refusals = at_once(
            lambda: change_role(membership_id=first.pk, role="reader", actor=first.user),
            lambda: change_role(membership_id=second.pk, role="reader", actor=second.user),
        )

        assert (len(done), len(refusals)) == (1, 1)
        assert Membership.objects.administrators().filter(organisation=first.organisation).count() == 1

    def test_an_invitation_accepted_twice_makes_one_member(self):
        user = UserFactory()
        invitation = InvitationFactory(email=user.email)

        done, refusals = at_once(
            lambda: accept_invitation(token=invitation.token, actor=user),
            lambda: accept_invitation(token=invitation.token, actor=user),
        )

        assert (len(done), len(refusals)) == (1, 1)
        assert Membership.objects.filter(user=user).count() == 1

    def test_one_address_invited_twice_is_invited_once(self):
        first = MembershipFactory()
        second = MembershipFactory(organisation=first.organisation)
        values = {"organisation_id": first.organisation_id, "email": "a@example.com", "role": "reader"}

        done, refusals = at_once(
            lambda: invite_member(actor=first.user, **values), lambda: invite_member(actor=second.user, **values)
        )

        assert (len(done), len(refusals)) == (1, 1)
        assert Invitation.objects.count() == 1

    def test_one_code_recorded_twice_stands_once(self):
        people = UserFactory.create_batch(2)
        particulars = Particulars(uscc=with_check_digits("91320411MA765432"), name_zh="常州海市新材料有限公司")

        done, refusals = at_once(
            *(
                lambda user=user: create_organisation(actor=user, kind="enterprise", particulars=particulars)
                for user in people
            )
        )

        assert (len(done), len(refusals)) == (1, 1)
        assert Organisation.objects.count() == 1
        assert Membership.objects.count() == 1
