from fractions import Fraction

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils.translation import override

from marketplace.catalogue.models import ServiceItem
from tests.factories.accounts import MembershipFactory
from tests.factories.catalogue import FeeScheduleFactory, LegalBasisFactory, RegulationFactory, ServiceItemFactory
from tests.words import words_of

pytestmark = pytest.mark.django_db
HB_001 = "/services/HB-001/?base=3.6&industry=化工&sensitivity=ordinary"


@pytest.fixture
def catalogue():
    call_command("load_catalogue", verbosity=0)


def text_of(response):
    return response.content.decode()


class TestList:
    def test_a_key_that_is_no_key_is_an_unknown_choice(self, client):
        assert client.get("/services/", {"authority": "9" * 23}).status_code == 200

    def test_all_services_with_counts_in_few_queries(self, client, catalogue, django_assert_max_num_queries):
        client.get("/services/")

        with django_assert_max_num_queries(12):
            response = client.get("/services/")

        assert response.context["page_obj"].paginator.count == 60
        assert len(response.context["page_obj"]) == 20
        assert response.context["facet_counts"]["category"]["construction"] == 13
        assert response.context["facet_counts"]["paid_by"] == {"applicant": 52, "authority": 8}

    def test_filters_and_text_narrow_the_list(self, client, catalogue):
        expected = {
            "category=environment": 8,
            "stage=business": 4,
            "paid_by=authority": 8,
            "status=voluntary": 6,
            "status=local&status=unconfirmed": 4,
            "self_made=yes": 14,
            "standard=yes": 17,
            "standard=yes&standard=no": 60,
            "q=环评": 4,
            "q=HB-00": 8,
            "q=environmental+report": 2,
            "q=监理": 3,
            "q=稳评": 2,
            "q=航评": 1,
            "q=nothing+of+this": 0,
            "category=environment&category=water&stage=acceptance": 2,
        }

        found = {query: client.get(f"/services/?{query}").context["page_obj"].paginator.count for query in expected}

        assert found == expected

    def test_a_facet_counts_what_its_own_choices_would_give(self, client, catalogue):
        counts = client.get("/services/?category=environment").context["facet_counts"]

        assert counts["category"]["water"] == 7
        assert counts["stage"] == {"design": 4, "acceptance": 1, "planning": 1, "construction": 1, "business": 1}

    def test_sorted_by_time_the_services_without_one_come_last(self, client, catalogue):
        first = client.get("/services/?sort=days").context["page_obj"]
        last = client.get("/services/?sort=days&page=3").context["page_obj"]

        assert [item.standard_days for item in first][:2] == [5, 7]
        assert [item.standard_days for item in last][-2:] == [None, None]

    @pytest.mark.parametrize("query", ["category=nonsense", "page=999", "page=x", "sort=nonsense", "authority=abc"])
    def test_a_broken_address_still_shows_a_page(self, client, query):
        ServiceItemFactory()

        assert client.get(f"/services/?{query}").status_code == 200

    def test_no_result_says_what_to_do(self, client):
        assert "/services/" in text_of(client.get("/en/services/?q=zzz"))
        assert "No service meets all conditions" in text_of(client.get("/en/services/?q=zzz"))


class TestItem:
    @pytest.fixture(autouse=True)
    def report_and_form(self):
        ServiceItemFactory(code="HB-001", name_en="Environmental impact report")
        ServiceItemFactory(code="HB-002", fee_variant="form")
        ServiceItemFactory(code="ZJ-008", supervision=True)

    def test_the_page_works_out_the_fee_of_the_address_in_few_queries(self, client, django_assert_max_num_queries):
        with django_assert_max_num_queries(12):
            response = client.get(HB_001)

        assert "¥182,400.00" in text_of(response)
        assert "¥145,920.00 – ¥218,880.00" in text_of(response)

    def test_an_english_page_shows_the_same_in_english(self, client):
        page = text_of(client.get(f"/en{HB_001}"))

        assert "Environmental impact report" in page
        assert "Industry: Chemicals" in page
        assert "This is a reference price, not a legal limit." in page

    def test_the_answer_alone_comes_as_one_types(self, client):
        response = client.get(HB_001, headers={"HX-Request": "true", "HX-Target": "fee-answer"})

        assert "¥182,400.00" in text_of(response)
        assert "<html" not in text_of(response)
        assert 'hx-swap-oob="true"' in text_of(response)

    def test_the_values_go_into_the_request(self, client):
        page = text_of(client.get(HB_001))

        assert "?item=HB-001&amp;base=3.6&amp;industry=%E5%8C%96%E5%B7%A5&amp;sensitivity=ordinary" in page

    @pytest.mark.parametrize("base", ["0", "-1", "x", "NaN", "9" * 40, "1e5"])
    def test_a_bad_number_is_named_at_its_field(self, client, base):
        response = client.get("/services/HB-001/", {"base": base})

        assert response.status_code == 200
        assert list(response.context["fee"].form.errors) == ["base"]
        assert response.context["fee"].calculation is None

    def test_full_width_digits_and_thousands_separators_are_read(self, client):
        response = client.get("/services/ZJ-008/", {"base": "３５,０００"})

        assert response.context["fee"].calculation.base == 35000

    def test_a_base_in_another_unit_is_read_into_the_documents(self, client):
        response = client.get("/services/HB-001/", {"base": "36000万"})

        assert response.context["fee"].calculation.base == Fraction("3.6")

    @pytest.mark.parametrize("base", ["3,6", "3亿6000万", "¥3"])
    def test_what_leaves_a_doubt_is_refused_with_its_reason(self, client, base):
        response = client.get("/services/HB-001/", {"base": base})

        assert list(response.context["fee"].form.errors) == ["base"]
        assert response.context["fee"].calculation is None

    def test_a_number_a_thousand_times_the_usual_is_asked_about_in_words(self, client):
        page = client.get("/services/HB-001/", {"base": "3000"})

        assert page.context["fee"].calculation is None
        assert "¥300,000,000,000.00" in text_of(page)
        assert "叁仟亿元整" in text_of(page)
        assert 'name="base_confirmed"' in text_of(page)

    def test_the_answer_holds_for_the_number_that_it_was_given_for(self, client):
        same = client.get("/services/HB-001/", {"base": "3,000", "base_confirmed": "3000"})
        other = client.get("/services/HB-001/", {"base": "30000", "base_confirmed": "3000"})

        assert same.context["fee"].calculation.base == 3000
        assert other.context["fee"].calculation is None
        assert "checked" not in str(other.context["fee"].form["base_confirmed"])

    def test_the_question_comes_as_one_types_and_goes_again(self, client):
        headers = {"HX-Request": "true", "HX-Target": "fee-answer"}

        asked = text_of(client.get("/services/HB-001/", {"base": "3000"}, headers=headers))
        settled = text_of(client.get("/services/HB-001/", {"base": "3"}, headers=headers))

        assert asked.index('id="fee-base-question" hx-swap-oob="true"') < asked.index('name="base_confirmed"')
        assert 'id="fee-base-question" hx-swap-oob="true"' in settled
        assert "base_confirmed" not in settled

    def test_an_unknown_entry_is_named_at_its_field(self, client):
        response = client.get("/services/HB-001/", {"base": "2", "industry": "煮茶"})

        assert list(response.context["fee"].form.errors) == ["industry"]

    def test_what_is_missing_is_shown_as_not_complete(self, client):
        page = text_of(client.get("/en/services/HB-001/?base=3.6"))

        assert "Not complete" in page
        assert "Missing: Industry, Environmental sensitivity" in page

    def test_outside_the_table_it_says_by_negotiation(self, client):
        page = text_of(client.get("/en/services/HB-002/?base=11"))

        assert "By negotiation" in page

    def test_a_repealed_basis_says_so(self, client):
        item = ServiceItemFactory()
        LegalBasisFactory(item=item, regulation=RegulationFactory(document_no="计价格〔2002〕9号", repealed=True))

        page = text_of(client.get(f"/en/services/{item.code}/"))

        assert "Repealed" in page
        assert "since 1 Jan 2016" in page

    def test_an_item_without_a_standard_says_so(self, client):
        item = ServiceItemFactory(without_standard=True)

        response = client.get(f"/en/services/{item.code}/")

        assert "No fee standard is published" in text_of(response)
        partial = client.get(f"/en/services/{item.code}/", headers={"HX-Request": "true", "HX-Target": "fee-answer"})
        assert partial.status_code == 404


class TestWhatTheLawSays:
    """The real catalogue's pages, each in its legal position."""

    @pytest.fixture(autouse=True)
    def real(self, catalogue):
        pass

    @pytest.mark.parametrize(
        ("code", "sentence", "can_post"),
        [
            ("ZJ-005", "This service is voluntary, not a condition of an approval.", True),
            ("ZG-005", "No national law was found that asks for this service.", True),
            ("JT-002", "It is not confirmed that the approval still asks for this service.", True),
            ("HB-003", "The authority has this done and pays for it.", False),
            ("SL-007", "This is part of another service", False),
            ("ZJ-001", "", True),
        ],
    )
    def test_its_position_stands_before_anybody_spends_money(self, client, code, sentence, can_post):
        page = text_of(client.get(f"/en/services/{code}/"))

        assert sentence in page
        assert (f"/workbench/requests/new/?item={code}" in page) == can_post

    def test_a_merged_service_leads_to_the_one_that_it_is_part_of(self, client):
        assert 'href="/en/services/ZJ-004/"' in text_of(client.get("/en/services/RF-001/"))

    def test_an_authority_can_post_what_it_pays(self, client):
        client.force_login(MembershipFactory(regulator=True).user)

        assert "/workbench/requests/new/?item=HB-003" in text_of(client.get("/en/services/HB-003/"))

    def test_that_one_may_do_it_oneself_is_said_with_its_article(self, client):
        report = text_of(client.get("/en/services/HB-001/")).partition('id="firms"')[0]
        survey = text_of(client.get("/en/services/ZG-007/")).partition('id="firms"')[0]

        assert "You may do this yourself if you are able." in report
        assert "/regulations/%E4%B8%BB%E5%B8%AD%E4%BB%A4-2026-" in report
        assert "You may do this yourself" not in survey

    def test_every_article_stands_with_what_it_means(self, client):
        rows = client.get("/en/services/HB-001/").context["articles"]

        with override("en"):
            found = [(row.article, [str(each) for each in row.meanings]) for row in rows]
        assert found == [
            ("", ["why the approval may ask for it", "when you may do it yourself"]),
            ("第十六条", ["no basis since 15 Aug 2026; now 主席令(2026) 生态环境法典"]),
            ("第十九条", ["no basis since 15 Aug 2026; now 主席令(2026) 生态环境法典"]),
            ("第二十条", ["no basis since 15 Aug 2026; now 主席令(2026) 生态环境法典"]),
            ("第二十二条", ["no basis since 15 Aug 2026; now 主席令(2026) 生态环境法典"]),
            ("第七条", ["why the approval may ask for it"]),
            ("第九条", ["why the approval may ask for it"]),
            ("", ["why the approval may ask for it"]),
            ("", ["how providers are supervised"]),
            ("", ["a reference price, not a limit"]),
            ("", ["a reference price, not a limit"]),
        ]

    def test_nothing_reads_as_verified(self, client):
        page = text_of(client.get("/en/services/YJ-001/"))

        assert "Not reviewed by a lawyer." in page
        assert "Status not verified" in page
        assert "number from memory" in page
        assert "Still to be confirmed:" in page

    def test_a_review_is_shown_with_its_name(self, client):
        item = ServiceItem.objects.get(code="YJ-001")
        ServiceItem.objects.filter(pk=item.pk).update(reviewed_on="2026-11-30", reviewed_by="市司法局")

        page = words_of(client.get("/en/services/YJ-001/"))

        assert "Reviewed by 市司法局 on 30 Nov 2026." in page
        assert "Not reviewed by a lawyer." not in page
        assert "Still to be confirmed:" not in page

    def test_what_may_not_be_asked_for_is_not_shown_as_needed(self, client):
        page = text_of(client.get("/en/services/FZ-001/"))

        assert "No particular qualification" in page
        assert "Filing as engineering consultant may not be asked for." in page

    def test_what_ended_is_told_as_not_the_service(self, client):
        assert (
            "Ended: The qualification of bidding agencies, last day 27 Dec 2017. The service itself goes on."
            in text_of(client.get("/en/services/ZJ-005/"))
        )

    @pytest.mark.parametrize("language", ["", "/en"])
    def test_every_service_has_its_page(self, client, language):
        for code in ServiceItem.objects.values_list("code", flat=True):
            assert client.get(f"{language}/services/{code}/").status_code == 200, code

    def test_lists_mark_what_is_not_simply_needed(self, client):
        page = text_of(client.get("/en/services/?category=natural_resources"))

        assert page.count("Local rule only") == 2
        assert page.count("Need not confirmed") == 1


class TestVisibility:
    def test_a_closed_item_is_there_for_those_who_keep_the_catalogue_only(self):
        item = ServiceItemFactory(closed=True)
        keeper, stranger = Client(), Client()
        keeper.force_login(keeper_of_the_catalogue())
        stranger.force_login(MembershipFactory().user)

        assert Client().get(f"/services/{item.code}/").status_code == 404
        assert stranger.get(f"/services/{item.code}/").status_code == 404
        assert keeper.get(f"/services/{item.code}/").status_code == 200

    @pytest.mark.parametrize("url", ["/services/", "/services/NOTHING/", "/fees/"])
    def test_pages_are_for_reading(self, client, url):
        assert client.post(url).status_code == 405


def keeper_of_the_catalogue():
    from marketplace.accounts.console import sync_console_access

    user = MembershipFactory(operator=True).user
    sync_console_access(user)
    return user


class TestCalculator:
    def test_without_a_choice_it_offers_the_standards(self, client, catalogue, django_assert_max_num_queries):
        with django_assert_max_num_queries(12):
            response = client.get("/fees/")

        assert response.context["fee"] is None
        assert len(response.context["schedules"]) == 6

    def test_the_official_examples_are_links_that_work(self, client, catalogue):
        works = client.get("/fees/?schedule=CN-JJG-2002-1980&variant=works&base=6000")
        supervision = client.get("/fees/?schedule=CN-FGJG-2007-670&base=35000")

        assert "¥225,500.00" in text_of(works)
        assert "¥6,295,000.00" in text_of(supervision)
        assert "?schedule=CN-JJG-2002-1980&amp;variant=works&amp;base=6000" in text_of(works)

    def test_an_item_can_be_chosen_too(self, client, catalogue):
        response = client.get("/fees/?schedule=HB-001&base=3.6&industry=化工&sensitivity=ordinary")

        assert "¥182,400.00" in text_of(response)

    def test_an_unknown_code_is_named(self, client, catalogue):
        response = client.get("/en/fees/?schedule=NOTHING")

        assert "No schedule and no service has this code." in text_of(response)

    @pytest.mark.parametrize("code", ["CN-JJG-2002-10", "CN-GCCZ-2002-3", "CN-JJG-1999-1283", "CN-JJG-2002-1980"])
    @pytest.mark.parametrize("base", ["", "0.1", "5", "700", "99999999"])
    def test_every_standard_shows_at_every_size(self, client, code, base):
        FeeScheduleFactory(code=code)

        for language in ("", "/en"):
            assert client.get(f"{language}/fees/?schedule={code}&base={base}").status_code == 200

    def test_a_standard_in_force_is_no_reference(self, client):
        schedule = FeeScheduleFactory(in_force=True)

        page = text_of(
            client.get(f"/en/fees/?schedule={schedule.code}&variant=report&base=2&industry=交通&sensitivity=ordinary")
        )

        assert "This standard is in force since" in page
        assert "not a legal limit" not in page
