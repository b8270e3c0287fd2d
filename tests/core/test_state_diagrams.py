from django.core.management import call_command

from marketplace.core.management.commands.state_diagrams import document


class TestStateDiagrams:
    def test_the_guide_is_up_to_date(self):
        call_command("state_diagrams", check=True)

    def test_a_suspended_request_returns_to_where_it_was(self):
        for state in ("published", "selecting", "publicity", "awarded"):
            assert f"    suspended --> {state}: resume\n" in document()
