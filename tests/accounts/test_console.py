from io import StringIO
from unittest.mock import patch

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.urls import reverse

from marketplace.accounts.console import OPERATORS, REGULATORS, ensure_groups
from marketplace.accounts.models import Membership, Organisation, User
from marketplace.accounts.services import add_member, change_role, deactivate_member, reactivate_member
from marketplace.core.additions import duties
from marketplace.core.additions.duties import Duty
from tests.factories.accounts import PASSWORD, MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


def groups_of(user):
    return set(user.groups.values_list("name", flat=True))


class TestAccessFollowsMembership:
    @pytest.mark.parametrize(
        ("kind", "role", "expected"),
        [
            ("authority", "administrator", {REGULATORS}),
            ("authority", "handler", {REGULATORS}),
            ("authority", "reader", set()),
            ("operator", "handler", {OPERATORS}),
            ("operator", "reader", set()),
            ("enterprise", "administrator", set()),
            ("intermediary", "administrator", set()),
        ],
    )
    def test_by_kind_and_role(self, kind, role, expected):
        user = UserFactory()

        add_member(organisation=OrganisationFactory(**{kind: True}), user=user, role=role)

        assert groups_of(user) == expected
        user = User.objects.get(pk=user.pk)
        assert user.has_perm("wagtailadmin.access_admin") is bool(expected)

    def test_ends_and_begins_with_it(self):
        administrator = MembershipFactory(regulator=True)
        user = UserFactory()
        membership = add_member(organisation=administrator.organisation, user=user, role="handler")

        change_role(membership_id=membership.pk, role="reader", actor=administrator.user)
        assert groups_of(user) == set()

        change_role(membership_id=membership.pk, role="handler", actor=administrator.user)
        deactivate_member(membership_id=membership.pk, actor=administrator.user)
        assert groups_of(user) == set()

        reactivate_member(membership_id=membership.pk, actor=administrator.user)
        assert groups_of(user) == {REGULATORS}

    def test_stays_while_another_membership_gives_it(self):
        user = UserFactory()
        first = MembershipFactory(regulator=True)
        membership = add_member(organisation=first.organisation, user=user, role="handler")
        add_member(organisation=OrganisationFactory(authority=True), user=user, role="handler")

        deactivate_member(membership_id=membership.pk, actor=first.user)

        assert groups_of(user) == {REGULATORS}

    def test_leaves_other_groups_alone(self):
        user = UserFactory()
        user.groups.add(Group.objects.create(name="Moderators of something"))

        add_member(organisation=OrganisationFactory(), user=user, role="handler")

        assert groups_of(user) == {"Moderators of something"}

    def test_both_groups_may_enter_from_the_start(self):
        ensure_groups()

        for name in (REGULATORS, OPERATORS):
            codenames = Group.objects.get(name=name).permissions.values_list("codename", flat=True)
            assert "access_admin" in codenames


class TestEntrance:
    def test_a_visitor_signs_in_on_the_site(self, client):
        response = client.get("/console/", follow=True)

        assert response.redirect_chain[-1][0] == f"{reverse('account_login')}?next=/console/"

    def test_the_console_s_own_form_is_not_there(self, client):
        user = MembershipFactory(regulator=True).user

        response = client.post("/console/login/", {"username": user.email, "password": PASSWORD})

        assert response.url == f"{reverse('account_login')}?next=/console/"
        assert "_auth_user_id" not in client.session

    def test_people_of_firms_are_told_why_not(self, client):
        client.force_login(MembershipFactory().user)

        response = client.get("/console/", follow=True)

        assert response.status_code == 403
        assert "管理后台供主管部门和运营管理机构人员使用" in response.content.decode()

    def test_a_regulator_gets_in(self, client):
        user = UserFactory()
        add_member(organisation=OrganisationFactory(authority=True), user=user, role="handler")
        client.force_login(user)

        assert client.get("/console/").status_code == 200
        assert client.get("/console/login/?next=/console/account/").url == "/console/account/"

    def test_an_address_outside_is_not_followed(self, client):
        user = UserFactory()
        add_member(organisation=OrganisationFactory(authority=True), user=user, role="handler")
        client.force_login(user)

        assert client.get("/console/login/?next=//elsewhere.example/").url == "/console/"


class TestCreateOperatorAdmin:
    def call(self, password, **options):
        with patch("sys.stdin", StringIO(password + "\n")):
            call_command(
                "create_operator_admin",
                "Op@Example.com",
                name="孙某",
                organisation="常州市政务服务中心",
                stdout=StringIO(),
                **options,
            )

    def test_sets_up_operator_and_administrator_who_can_sign_in(self, client):
        self.call("Long-enough-2026")

        membership = Membership.objects.get()
        assert (membership.organisation.kind, membership.role) == ("operator", "administrator")
        assert groups_of(membership.user) == {OPERATORS}
        client.post(reverse("account_login"), {"login": "op@example.com", "password": "Long-enough-2026"})
        assert client.session["_auth_user_id"] == str(membership.user_id)

    def test_a_second_call_changes_nothing(self):
        self.call("Long-enough-2026")
        self.call("Another-one-2026")

        assert Organisation.objects.count() == 1
        assert User.objects.get().check_password("Long-enough-2026")

    def test_a_weak_password_is_refused(self):
        with pytest.raises(CommandError):
            self.call("12345")

        assert not User.objects.exists()


class TestFirstPage:
    def test_shows_what_waits(self, client, monkeypatch):
        waiting = Duty("核验入驻", "RZ-2026-0001", "/console/registrations/1/", "去核验")
        monkeypatch.setattr(duties, "_providers", [lambda user, organisation: [waiting]])
        user = UserFactory()
        add_member(organisation=OrganisationFactory(authority=True), user=user, role="handler")
        client.force_login(user)

        html = client.get("/console/").content.decode()

        assert '<a href="/console/registrations/1/">核验入驻</a>' in html
