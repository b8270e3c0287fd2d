import pytest
from django.urls import reverse

from marketplace.accounts.models import Invitation, Membership, Organisation
from marketplace.core.typed.identifiers import with_check_digits
from tests.factories.accounts import (
    DistrictFactory,
    HolderFactory,
    InvitationFactory,
    MembershipFactory,
    NoticeFactory,
    OrganisationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

CODE = with_check_digits("91320411MA765432")


def holder_rows(*rows):
    form = {"holders-TOTAL_FORMS": "4", "holders-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        form.update({f"holders-{number}-{field}": value for field, value in row.items()})
    return form


@pytest.fixture
def form():
    return {
        "uscc": CODE,
        "name_zh": "常州海市新材料有限公司",
        "legal_representative": "李某",
        "district": DistrictFactory().pk,
        "address": "太湖东路 1 号",
        **holder_rows({"name": "李某", "share_percent": "60"}),
    }


class TestCreatingAnOrganisation:
    URL = "/workbench/organisation/new/"

    def test_leads_to_it_and_acts_in_it_from_then_on(self, client, form):
        earlier = MembershipFactory()
        client.force_login(earlier.user)

        response = client.post(self.URL, form, follow=True)

        assert response.context["organisation"].uscc == CODE
        assert "常州海市新材料有限公司 已登记" in response.content.decode()

    def test_a_code_that_stands_already_says_whom_to_ask(self, client, form):
        OrganisationFactory(uscc=CODE)
        client.force_login(UserFactory())

        page = client.post(self.URL, form)

        assert page.status_code == 422
        assert page.context["form"].errors["uscc"] == [
            "这个代码已经登记。请联系该单位的管理员邀请您加入；不知道管理员是谁的，请致电办事大厅。"
        ]
        assert Organisation.objects.count() == 1

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"uscc": CODE[:-1] + "I"}, "uscc"),
            ({"uscc": "123"}, "uscc"),
            ({"uscc": CODE * 3}, "uscc"),
            ({"name_zh": ""}, "name_zh"),
            ({"name_zh": "常" * 151}, "name_zh"),
            ({"legal_representative": ""}, "legal_representative"),
            ({"district": "999999"}, "district"),
            ({"address": ""}, "address"),
            ({"has_no_holders": "on"}, "has_no_holders"),
        ],
    )
    def test_bad_input_is_shown_at_its_field_and_nothing_is_stored(self, client, form, changes, field):
        client.force_login(UserFactory())

        page = client.post(self.URL, {**form, **changes})

        assert page.status_code == 422
        assert set(page.context["form"].errors) == {field}
        assert not Organisation.objects.exists()

    @pytest.mark.parametrize(
        "row",
        [
            {"name": "李某", "share_percent": "24.99"},
            {"name": "李某", "share_percent": "101"},
            {"name": "李某", "share_percent": "-40"},
            {"name": "李某", "share_percent": "一半"},
            {"name": "李某", "share_percent": "NaN"},
            {"name": "李某", "share_percent": ""},
            {"name": "", "share_percent": "40"},
            {"name": "子虚投资", "share_percent": "40", "code": "91320411MA765432X"},
        ],
    )
    def test_bad_holders_are_shown_at_their_row(self, client, form, row):
        client.force_login(UserFactory())

        page = client.post(self.URL, {**form, **holder_rows(row)})

        assert page.status_code == 422
        assert page.context["holders"].errors[0]
        assert not Organisation.objects.exists()

    def test_shares_beyond_the_whole_are_refused(self, client, form):
        client.force_login(UserFactory())
        rows = holder_rows({"name": "李某", "share_percent": "60"}, {"name": "王某", "share_percent": "41"})

        page = client.post(self.URL, {**form, **rows})

        assert page.context["holders"].non_form_errors() == ["持股比例合计超过 100%。"]
        assert not Organisation.objects.exists()

    def test_no_holder_has_to_be_stated(self, client, form):
        client.force_login(UserFactory())
        without = {**form, **holder_rows({"name": "", "share_percent": ""})}

        page = client.post(self.URL, without)
        assert set(page.context["form"].errors) == {"has_no_holders"}

        client.post(self.URL, {**without, "has_no_holders": "on"})
        assert Organisation.objects.get().holders.count() == 0

    def test_sent_twice_makes_one(self, client, form):
        client.force_login(UserFactory())
        client.post(self.URL, form)

        page = client.post(self.URL, form)

        assert set(page.context["form"].errors) == {"uscc"}
        assert Organisation.objects.count() == 1
        assert Membership.objects.count() == 1


class TestChangingTheParticulars:
    URL = "/workbench/organisation/change/"

    def test_shows_the_present_ones_and_stores_the_new(self, client, form):
        membership = MembershipFactory()
        present = HolderFactory(organisation=membership.organisation)
        client.force_login(membership.user)

        page = client.get(self.URL)
        assert page.context["form"]["name_zh"].value() == membership.organisation.name_zh
        assert page.context["holders"][0]["name"].value() == present.name

        rows = holder_rows({"name": present.name, "share_percent": "51.00"}, {"name": "赵某", "share_percent": "49"})
        client.post(self.URL, {**form, **rows})
        membership.organisation.refresh_from_db()
        assert membership.organisation.name_zh == "常州海市新材料有限公司"
        assert membership.organisation.uscc != CODE
        assert set(membership.organisation.holders.values_list("name", flat=True)) == {present.name, "赵某"}

    def test_a_present_holder_is_taken_off_by_emptying_the_row(self, client, form):
        membership = MembershipFactory()
        HolderFactory(organisation=membership.organisation)
        client.force_login(membership.user)

        client.post(self.URL, {**form, **holder_rows({"name": "", "share_percent": ""}), "has_no_holders": "on"})

        assert not membership.organisation.holders.exists()

    def test_an_intermediary_is_told_to_file_a_change(self, client, form):
        membership = MembershipFactory(organisation=OrganisationFactory(intermediary=True))
        client.force_login(membership.user)

        page = client.post(self.URL, form)

        assert page.status_code == 403
        assert "请提交变更登记" in page.content.decode()
        assert not Organisation.objects.filter(name_zh=form["name_zh"]).exists()


class TestMembersPage:
    URL = "/workbench/organisation/"

    def test_a_reader_sees_members_without_anything_to_press(self, client):
        administrator = MembershipFactory()
        reader = MembershipFactory(organisation=administrator.organisation, reader=True)
        InvitationFactory(organisation=administrator.organisation, email="secret@example.com")
        client.force_login(reader.user)

        html = client.get(self.URL).content.decode()

        assert administrator.user.email in html
        assert "secret@example.com" not in html
        assert "member-role" not in html
        assert "/role/" not in html

    def test_a_refusal_is_told_on_the_page(self, client):
        administrator = MembershipFactory()
        client.force_login(administrator.user)

        page = client.post(reverse("accounts:member-deactivate", args=[administrator.pk]), follow=True)

        assert "是唯一的管理员" in page.content.decode()
        administrator.refresh_from_db()
        assert administrator.is_active

    def test_an_unknown_role_changes_nothing(self, client):
        administrator = MembershipFactory()
        member = MembershipFactory(organisation=administrator.organisation, handler=True)
        client.force_login(administrator.user)

        client.post(reverse("accounts:member-role", args=[member.pk]), {"role": "emperor"})

        member.refresh_from_db()
        assert member.role == "handler"

    def test_inviting_shows_failures_at_the_field(self, client):
        administrator = MembershipFactory()
        client.force_login(administrator.user)

        page = client.post(reverse("accounts:invitation-create"), {"email": administrator.user.email, "role": "reader"})

        assert page.status_code == 422
        assert "已经是成员" in page.content.decode()
        assert not Invitation.objects.exists()


class TestInvitationPage:
    def test_leads_a_visitor_through_signing_in_and_back(self, client):
        invitation = InvitationFactory()
        url = reverse("accounts:invitation-accept", args=[invitation.token])

        assert client.get(url).url == f"/accounts/login/?next={url}"

    def test_is_accepted_by_pressing_only(self, client):
        user = UserFactory()
        invitation = InvitationFactory(email=user.email)
        url = reverse("accounts:invitation-accept", args=[invitation.token])
        client.force_login(user)

        page = client.get(url)
        assert str(invitation.organisation) in page.content.decode()
        assert not Membership.objects.exists()

        page = client.post(url, follow=True)
        assert page.context["workbench"].organisation == invitation.organisation

    def test_says_why_not(self, client):
        invitation = InvitationFactory()
        client.force_login(UserFactory())

        page = client.get(reverse("accounts:invitation-accept", args=[invitation.token]))

        assert page.status_code == 409
        assert invitation.email in page.content.decode()

    def test_an_unknown_link_is_not_there(self, client):
        client.force_login(UserFactory())

        assert client.get(reverse("accounts:invitation-accept", args=["x" * 43])).status_code == 404


# Route × role. "login" is the way to signing in, "own" what the person's own page answers.
LOGIN = "login"
ROLES = ("anonymous", "stranger", "reader", "administrator")
ROUTES = [
    # name, method, anonymous, stranger (member of another enterprise), reader, administrator
    ("workbench", "get", LOGIN, 200, 200, 200),
    ("matter-list", "get", LOGIN, 200, 200, 200),
    ("history", "get", LOGIN, 200, 200, 200),
    ("notice-list", "get", LOGIN, 200, 200, 200),
    ("notices-read", "post", LOGIN, 302, 302, 302),
    ("notice-open", "post", LOGIN, 404, 404, 302),
    ("profile", "get", LOGIN, 200, 200, 200),
    ("organisation-detail", "get", LOGIN, 200, 200, 200),
    ("organisation-create", "get", LOGIN, 200, 200, 200),
    ("organisation-change", "get", LOGIN, 200, 403, 200),
    ("invitation-create", "get", LOGIN, 200, 403, 200),
    ("switch-organisation", "post", LOGIN, 404, 302, 302),
    ("member-role", "post", LOGIN, 404, 403, 302),
    ("member-deactivate", "post", LOGIN, 404, 403, 302),
    ("member-reactivate", "post", LOGIN, 404, 403, 302),
    ("invitation-resend", "post", LOGIN, 404, 403, 302),
    ("invitation-withdraw", "post", LOGIN, 404, 403, 302),
    ("invitation-accept", "get", LOGIN, 409, 409, 409),
    ("session-state", "get", 200, 200, 200, 200),
    ("session-stay", "post", 200, 200, 200, 200),
    ("session-again", "get", LOGIN, 200, 200, 200),
    ("token-list", "get", LOGIN, 200, 200, 200),
    ("token-create", "get", LOGIN, 302, 302, 302),
    ("token-revoke", "get", LOGIN, 302, 302, 302),
]
#: What only a script reads.
DATA = ("session-state",)


class TestRoutesByRole:
    @pytest.mark.parametrize("role", ROLES)
    @pytest.mark.parametrize("route", ROUTES, ids=lambda route: route[0])
    def test_answer(self, client, route, role):
        name, method, *expected = route
        administrator = MembershipFactory()
        organisation = administrator.organisation
        reader = MembershipFactory(organisation=organisation, reader=True)
        invitation = InvitationFactory(organisation=organisation)
        notice = NoticeFactory(user=administrator.user, organisation=organisation, url="")
        people = {"stranger": MembershipFactory().user, "reader": reader.user, "administrator": administrator.user}
        arguments = {
            "notice-open": [notice.pk],
            "member-role": [reader.pk],
            "member-deactivate": [reader.pk],
            "member-reactivate": [reader.pk],
            "invitation-resend": [invitation.pk],
            "invitation-withdraw": [invitation.pk],
            "invitation-accept": [invitation.token],
            "token-revoke": [0],
        }
        url = reverse(f"accounts:{name}", args=arguments.get(name))
        form = {"organisation": organisation.pk, "role": "reader"} if method == "post" else {}
        if role in people:
            client.force_login(people[role])

        response = getattr(client, method)(url, form)

        wanted = expected[ROLES.index(role)]
        if wanted == LOGIN and form:
            # What was sent waits in the answer, which leads to signing in.
            assert response.status_code == 403
            assert "/accounts/login/?next=" in response.content.decode()
        elif wanted == LOGIN:
            assert response.status_code == 302
            assert response.url.startswith("/accounts/login/")
        else:
            assert response.status_code == wanted

    def test_the_table_is_complete(self):
        from marketplace.accounts.urls import urlpatterns

        assert {route[0] for route in ROUTES} == {pattern.name for pattern in urlpatterns}

    @pytest.mark.parametrize("route", [route for route in ROUTES if route[1] == "post"], ids=lambda route: route[0])
    def test_what_changes_something_is_posted(self, client, route):
        administrator = MembershipFactory()
        client.force_login(administrator.user)
        takes_argument = route[0] not in ("notices-read", "switch-organisation", "session-stay")

        response = client.get(reverse(f"accounts:{route[0]}", args=[administrator.pk] if takes_argument else None))

        assert response.status_code == 405

    @pytest.mark.parametrize(
        "route",
        # What asks for the password again first is looked at in test_tokens.
        [route for route in ROUTES if route[1] == "get" and route[0] not in DATA and 302 not in route[3:]],
        ids=lambda route: route[0],
    )
    def test_every_page_is_there_in_english(self, client, route):
        user = UserFactory()
        invitation = InvitationFactory(email=user.email)
        MembershipFactory(user=user)
        client.force_login(user)
        arguments = {"invitation-accept": [invitation.token], "token-revoke": [0]}.get(route[0])

        page = client.get("/en" + reverse(f"accounts:{route[0]}", args=arguments))

        assert page.status_code == 200
        assert 'lang="en"' in page.content.decode()
        assert page.content.decode().count("<h1") == 1
