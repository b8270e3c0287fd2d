"""The pages' scripts and the components, in a browser: widths, keyboard, no call outside, and without JavaScript."""

import pytest
from axe_core_python.sync_playwright import Axe

WIDTHS = (1280, 768, 390, 320)


@pytest.fixture
def window(market, chromium):
    """Opens a window of a width; every request to anywhere else than the market is noted in `outside`."""
    contexts = []

    def open_window(width=1280, **options):
        context = chromium.new_context(
            base_url=market, locale="zh-CN", viewport={"width": width, "height": 900}, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.outside = []
        page.on("request", lambda sent: sent.url.startswith((market, "data:")) or page.outside.append(sent.url))
        return page

    yield open_window
    for context in contexts:
        context.close()


def too_wide(page):
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


class TestComponentsPage:
    @pytest.mark.parametrize("address", ["/components/", "/en/components/"])
    @pytest.mark.parametrize("width", WIDTHS)
    def test_axe_finds_nothing_and_nothing_sticks_out(self, window, address, width):
        page = window(width)
        page.goto(address)

        found = Axe().run(page)["violations"]

        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
        assert too_wide(page) <= 0
        assert page.outside == []

    def test_the_error_summary_takes_the_focus(self, window):
        page = window()
        page.goto("/components/")

        assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")


class TestHomePage:
    @pytest.mark.parametrize("address", ["/", "/en/"])
    @pytest.mark.parametrize("width", WIDTHS)
    def test_it_fits_and_asks_nobody_outside(self, window, address, width):
        page = window(width)
        page.goto(address)

        assert too_wide(page) <= 0
        assert page.outside == []
        assert Axe().run(page)["violations"] == []

    def test_the_language_switch_leads_to_the_same_page(self, window):
        page = window()
        page.goto("/services/HB-001/?base=3.6")

        page.get_by_role("link", name="English").click()

        assert page.url.endswith("/en/services/HB-001/?base=3.6")
        assert page.locator("html").get_attribute("lang") == "en"


class TestSearchBox:
    def test_arrow_keys_choose_and_escape_closes(self, window):
        page = window()
        page.goto("/")
        box = page.get_by_role("combobox", name="服务事项、机构、需求编号或文号")

        box.fill("环评")
        page.locator(".suggestions [role=option]").first.wait_for()
        box.press("ArrowDown")

        chosen = page.locator("[role=option][aria-selected=true]")
        assert box.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
        assert "环境影响报告书编制" in chosen.inner_text()
        box.press("Escape")
        assert box.get_attribute("aria-expanded") == "false"

    def test_enter_opens_what_is_chosen(self, window):
        page = window()
        page.goto("/")
        box = page.get_by_role("combobox", name="服务事项、机构、需求编号或文号")
        box.fill("环评")
        page.locator(".suggestions [role=option]").first.wait_for()
        box.press("ArrowDown")

        box.press("Enter")

        page.wait_for_url("**/services/HB-001/")


class TestDrawer:
    def test_filters_open_as_a_drawer_that_keeps_the_focus_and_gives_it_back(self, window):
        page = window(390)
        page.goto("/services/")
        opener = page.get_by_role("link", name="筛选")

        opener.click()
        drawer = page.get_by_role("dialog")
        drawer.get_by_label("竣工验收").check()
        page.wait_for_url("**stage=acceptance**")
        assert drawer.get_by_role("button", name="查看 11 项").is_visible()
        page.keyboard.press("Escape")

        assert page.get_by_role("dialog").count() == 0
        assert page.evaluate("document.activeElement.hasAttribute('data-drawer-open')")
        assert page.locator(".chip").inner_text() == "竣工验收"

    def test_on_a_desktop_the_results_follow_every_choice(self, window):
        page = window()
        page.goto("/services/")

        page.get_by_label("竣工验收").check()

        page.wait_for_url("**stage=acceptance**")
        page.get_by_role("status").filter(has_text="11").wait_for()


class TestSubmitOnce:
    def test_a_second_click_sends_nothing(self, window):
        page = window()
        page.goto("/accounts/login/")
        posts = []
        page.on("request", lambda sent: sent.method == "POST" and posts.append(sent.url))
        page.fill("[name=login]", "nobody@demo.example")
        page.fill("[name=password]", "wrong")

        with page.expect_navigation():
            page.evaluate("""() => {
                const form = document.querySelector("main form:has([name=login])");
                form.requestSubmit();
                form.requestSubmit();
            }""")

        assert len(posts) == 1


class TestWithoutJavaScript:
    def test_the_facets_stand_open_and_are_sent_by_their_button(self, window):
        page = window(390, java_script_enabled=False)
        page.goto("/services/")

        page.locator("input[name=stage][value=acceptance]").check()
        page.get_by_role("button", name="查看 60 项").click()

        assert "stage=acceptance" in page.url
        assert page.locator(".results-count").inner_text().startswith("11")

    def test_the_menu_opens(self, window):
        page = window(390, java_script_enabled=False)
        page.goto("/")

        page.locator(".phone-menu > summary").click()

        assert page.locator(".phone-menu").get_by_role("link", name="采购需求").is_visible()
