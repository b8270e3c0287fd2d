import pytest
from django.urls import reverse

from marketplace.accounts.console import sync_console_access
from marketplace.core import audit
from tests.factories.accounts import MembershipFactory
from tests.factories.catalogue import FeeScheduleFactory, ServiceItemFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client):
    def sign_in(**traits):
        user = MembershipFactory(**traits).user
        sync_console_access(user)
        client.force_login(user)
        return user

    return sign_in


def fields_of(response):
    form = response.context["form"]
    return {name: "" if form[name].value() is None else form[name].value() for name in form.fields}


def edit_url(entry):
    return reverse(f"wagtailsnippets_catalogue_{entry._meta.model_name}:edit", args=(entry.pk,))


class TestOperator:
    def test_changes_an_item_and_leaves_an_audit_line(self, client, signed_in):
        user, item = signed_in(operator=True), ServiceItemFactory()
        fields = fields_of(client.get(edit_url(item)))

        response = client.post(edit_url(item), fields | {"standard_days": "25"})

        assert response.status_code == 302, response.context["form"].errors
        item.refresh_from_db()
        assert item.standard_days == 25
        [line] = audit.trail(f"catalogue:serviceitem:{item.pk}")
        assert (line.actor, line.action) == (user, "changed")
        assert (line.before, line.after) == ({"standard_days": "40"}, {"standard_days": "25"})

    def test_a_variant_that_does_not_fit_changes_nothing(self, client, signed_in):
        signed_in(operator=True)
        item = ServiceItemFactory()
        fields = fields_of(client.get(edit_url(item)))

        response = client.post(edit_url(item), fields | {"fee_variant": "works"})

        assert "fee_variant" in response.context["form"].errors
        item.refresh_from_db()
        assert item.fee_variant == "report"
        assert audit.trail(f"catalogue:serviceitem:{item.pk}") == []

    def test_a_definition_that_cannot_be_read_changes_nothing(self, client, signed_in):
        signed_in(operator=True)
        schedule = FeeScheduleFactory()
        fields = fields_of(client.get(edit_url(schedule)))

        response = client.post(edit_url(schedule), fields | {"definition": '{"method": "guess"}'})

        assert "definition" in response.context["form"].errors
        schedule.refresh_from_db()
        assert schedule.method == "interpolated"

    @pytest.mark.parametrize(
        "name", ["serviceitem", "feeschedule", "regulation", "legalbasis", "approvalmatter", "qualificationtype"]
    )
    def test_every_kind_of_entry_has_a_list_and_finds_chinese(self, client, signed_in, name):
        signed_in(operator=True)
        ServiceItemFactory()

        assert client.get(reverse(f"wagtailsnippets_catalogue_{name}:list")).status_code == 200
        assert client.get(reverse(f"wagtailsnippets_catalogue_{name}:list"), {"q": "环境"}).status_code == 200


class TestOthers:
    def test_a_regulator_reads_but_does_not_change(self, client, signed_in):
        signed_in(regulator=True)
        item = ServiceItemFactory()

        response = client.post(edit_url(item), {"standard_days": "1"})

        assert response.status_code in (302, 403)
        item.refresh_from_db()
        assert item.standard_days == 40
        assert client.get(reverse("wagtailsnippets_catalogue_serviceitem:list")).status_code == 200

    def test_an_enterprise_does_not_get_in(self, client, signed_in):
        signed_in()
        item = ServiceItemFactory()

        assert client.get(edit_url(item)).status_code in (302, 403)
