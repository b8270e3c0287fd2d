from datetime import timedelta

import pytest
from django.core import mail

from marketplace.accounts.models import Invitation, Membership
from marketplace.accounts.services import (
    UnableToAccept,
    UnableToChangeMember,
    UnableToInvite,
    accept_invitation,
    add_member,
    change_role,
    deactivate_member,
    invite_member,
    reactivate_member,
    resend_invitation,
    withdraw_invitation,
)
from marketplace.core import audit, clock, outbox
from marketplace.core.permissions import Refused
from tests.factories.accounts import InvitationFactory, MembershipFactory, OrganisationFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def administrator():
    return MembershipFactory()


def actions_of(organisation):
    return [line.action for line in audit.trail(f"organisation:{organisation.pk}")]


class TestInvite:
    def test_mails_a_link_that_holds_for_seven_days(self, administrator, frozen_clock):
        invitation = invite_member(
            organisation_id=administrator.organisation_id,
            email=" New@Example.com ",
            role="handler",
            actor=administrator.user,
        )
        outbox.run_due()

        assert invitation.email == "new@example.com"
        assert clock.shanghai("2026-11-30 10:00") == invitation.expires_at
        (message,) = mail.outbox
        assert message.to == ["new@example.com"]
        assert f"/invitations/{invitation.token}/" in message.body
        assert "2026-11-30 10:00" in message.body
        assert actions_of(administrator.organisation) == ["member invited"]

    @pytest.mark.parametrize("role", ["handler", "reader"])
    def test_is_for_administrators(self, role):
        membership = MembershipFactory(role=role)

        with pytest.raises(Refused):
            invite_member(
                organisation_id=membership.organisation_id, email="a@example.com", role="reader", actor=membership.user
            )

        assert not Invitation.objects.exists()

    def test_an_administrator_of_another_organisation_cannot(self, administrator):
        with pytest.raises(Refused):
            invite_member(
                organisation_id=OrganisationFactory().pk, email="a@example.com", role="reader", actor=administrator.user
            )

        assert not Invitation.objects.exists()

    @pytest.mark.parametrize("is_active", [True, False])
    def test_members_and_former_members_are_not_invited(self, administrator, is_active):
        member = MembershipFactory(organisation=administrator.organisation, is_active=is_active)

        with pytest.raises(UnableToInvite) as refusal:
            invite_member(
                organisation_id=administrator.organisation_id,
                email=member.user.email.upper(),
                role="reader",
                actor=administrator.user,
            )

        assert set(refusal.value.field_errors) == {"email"}
        assert not Invitation.objects.exists()

    def test_a_second_open_invitation_of_an_address_is_refused(self, administrator):
        InvitationFactory(organisation=administrator.organisation, email="a@example.com")

        with pytest.raises(UnableToInvite, match="again"):
            invite_member(
                organisation_id=administrator.organisation_id,
                email="A@example.com",
                role="reader",
                actor=administrator.user,
            )

        assert Invitation.objects.count() == 1


class TestResend:
    def test_gives_a_new_link_and_seven_more_days(self, administrator, frozen_clock):
        invitation = InvitationFactory(organisation=administrator.organisation, expired=True)
        earlier = invitation.token

        resend_invitation(invitation_id=invitation.pk, actor=administrator.user)
        outbox.run_due()

        invitation.refresh_from_db()
        assert invitation.token != earlier
        assert clock.shanghai("2026-11-30 10:00") == invitation.expires_at
        assert invitation.token in mail.outbox[0].body

    def test_not_once_it_is_withdrawn(self, administrator):
        invitation = InvitationFactory(organisation=administrator.organisation)
        withdraw_invitation(invitation_id=invitation.pk, actor=administrator.user)

        with pytest.raises(UnableToInvite):
            resend_invitation(invitation_id=invitation.pk, actor=administrator.user)

        assert Invitation.objects.get().token == invitation.token

    def test_not_by_others(self):
        invitation = InvitationFactory()

        with pytest.raises(Refused):
            resend_invitation(invitation_id=invitation.pk, actor=MembershipFactory().user)

        assert Invitation.objects.get().token == invitation.token


class TestWithdraw:
    def test_before_it_was_mailed_stops_the_mail(self, administrator):
        invitation = invite_member(
            organisation_id=administrator.organisation_id,
            email="a@example.com",
            role="reader",
            actor=administrator.user,
        )

        withdraw_invitation(invitation_id=invitation.pk, actor=administrator.user)
        outbox.run_due()

        assert mail.outbox == []
        assert actions_of(administrator.organisation)[-1] == "invitation withdrawn"

    def test_not_once_it_is_accepted(self, administrator):
        user = UserFactory()
        invitation = InvitationFactory(organisation=administrator.organisation, email=user.email)
        accept_invitation(token=invitation.token, actor=user)

        with pytest.raises(UnableToInvite):
            withdraw_invitation(invitation_id=invitation.pk, actor=administrator.user)

        assert Invitation.objects.get().withdrawn_at is None


class TestAccept:
    def test_makes_the_invited_person_a_member(self, frozen_clock):
        user = UserFactory(email="invited@example.com")
        invitation = InvitationFactory(email="Invited@example.com", role="reader")

        membership = accept_invitation(token=invitation.token, actor=user)

        assert (membership.user, membership.role, membership.is_active) == (user, "reader", True)
        assert Invitation.objects.get().accepted_at == clock.now()

    def test_with_another_address_is_refused(self):
        invitation = InvitationFactory()

        with pytest.raises(UnableToAccept, match=invitation.email):
            accept_invitation(token=invitation.token, actor=UserFactory())

        assert not Membership.objects.exists()
        assert Invitation.objects.open().exists()

    def test_is_refused_at_the_end_of_the_seventh_day(self, frozen_clock):
        user = UserFactory()
        invitation = InvitationFactory(email=user.email)
        frozen_clock.advance(days=7)

        with pytest.raises(UnableToAccept, match="expired"):
            accept_invitation(token=invitation.token, actor=user)

        assert not Membership.objects.exists()

    def test_works_once(self):
        user = UserFactory()
        invitation = InvitationFactory(email=user.email)
        accept_invitation(token=invitation.token, actor=user)

        with pytest.raises(UnableToAccept, match="used"):
            accept_invitation(token=invitation.token, actor=user)

        assert Membership.objects.count() == 1

    def test_a_withdrawn_one_is_refused(self, administrator):
        user = UserFactory()
        invitation = InvitationFactory(organisation=administrator.organisation, email=user.email)
        withdraw_invitation(invitation_id=invitation.pk, actor=administrator.user)

        with pytest.raises(UnableToAccept, match="withdrawn"):
            accept_invitation(token=invitation.token, actor=user)

        assert not Membership.objects.filter(user=user).exists()


class TestChangeRole:
    def test_changes_it_and_writes_before_and_after(self, administrator):
        member = MembershipFactory(organisation=administrator.organisation, reader=True)

        change_role(membership_id=member.pk, role="handler", actor=administrator.user)

        member.refresh_from_db()
        assert member.role == "handler"
        line = audit.trail(f"organisation:{member.organisation_id}")[-1]
        assert (line.before["role"], line.after["role"]) == ("reader", "handler")

    def test_the_only_administrator_stays_one(self, administrator):
        MembershipFactory(organisation=administrator.organisation, left=True)
        MembershipFactory(organisation=administrator.organisation, handler=True)

        with pytest.raises(UnableToChangeMember):
            change_role(membership_id=administrator.pk, role="handler", actor=administrator.user)

        administrator.refresh_from_db()
        assert administrator.role == "administrator"

    def test_is_for_administrators(self, administrator):
        handler = MembershipFactory(organisation=administrator.organisation, handler=True)

        with pytest.raises(Refused):
            change_role(membership_id=handler.pk, role="administrator", actor=handler.user)

        handler.refresh_from_db()
        assert handler.role == "handler"


class TestDeactivate:
    def test_takes_the_access(self, administrator):
        member = MembershipFactory(organisation=administrator.organisation)

        deactivate_member(membership_id=member.pk, actor=administrator.user)

        member.refresh_from_db()
        assert not member.is_active

    def test_the_only_administrator_stays(self, administrator):
        with pytest.raises(UnableToChangeMember):
            deactivate_member(membership_id=administrator.pk, actor=administrator.user)

        administrator.refresh_from_db()
        assert administrator.is_active

    def test_a_person_whose_account_is_closed_is_no_administrator_to_count_on(self, administrator):
        MembershipFactory(organisation=administrator.organisation, user__is_active=False)

        with pytest.raises(UnableToChangeMember):
            deactivate_member(membership_id=administrator.pk, actor=administrator.user)

    def test_can_be_taken_back(self, administrator):
        member = MembershipFactory(organisation=administrator.organisation, handler=True, left=True)

        reactivate_member(membership_id=member.pk, actor=administrator.user)

        member.refresh_from_db()
        assert (member.role, member.is_active) == ("handler", True)

    def test_one_who_belongs_elsewhere_now_is_invited_and_decides(self, administrator):
        member = MembershipFactory(organisation=administrator.organisation, handler=True, left=True)
        MembershipFactory(user=member.user)

        with pytest.raises(UnableToChangeMember):
            reactivate_member(membership_id=member.pk, actor=administrator.user)
        invitation = invite_member(
            organisation_id=administrator.organisation_id,
            email=member.user.email,
            role="reader",
            actor=administrator.user,
        )
        accept_invitation(token=invitation.token, actor=member.user)

        member.refresh_from_db()
        assert (member.role, member.is_active) == ("reader", True)


class TestActiveAt:
    def test_tells_who_belonged_whatever_happened_since(self, administrator, frozen_clock):
        member = MembershipFactory(organisation=administrator.organisation)
        moments = [clock.now()]
        for change in (deactivate_member, reactivate_member, deactivate_member):
            frozen_clock.advance(hours=1)
            moments.append(clock.now())
            change(membership_id=member.pk, actor=administrator.user)
        moments.append(clock.now() + timedelta(hours=1))

        belonged = [Membership.objects.active_at(moment).filter(pk=member.pk).exists() for moment in moments]

        assert belonged == [False, True, False, True, False]


class TestAddMember:
    def test_a_former_member_comes_back_in_the_new_role(self, administrator):
        member = MembershipFactory(organisation=administrator.organisation, reader=True, left=True)

        add_member(organisation=administrator.organisation, user=member.user, role="handler")

        member.refresh_from_db()
        assert (member.role, member.is_active) == ("handler", True)
