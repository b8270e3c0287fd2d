"""Which settings hold for whom, asked of processes of their own: those of the tests would answer for all."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import json
from django.conf import settings
print(json.dumps([settings.SETTINGS_MODULE, settings.DEBUG, "debug_toolbar" in settings.INSTALLED_APPS]))
"""


def answer_of(code, tmp_path, **variables):
    own = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**own, "DATA": str(tmp_path), **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


class TestTheSettingsOfOneMachine:
    @pytest.mark.parametrize("entrance", ["marketplace.config.wsgi", "marketplace.config.celery"])
    def test_hold_where_nothing_is_named_and_show_no_debug_page(self, entrance, tmp_path):
        answer = answer_of(f"import {entrance}\n{ASK}", tmp_path)

        assert answer == ["marketplace.config.settings.embedded", False, False]

    def test_hold_for_commands(self, tmp_path):
        started = (ROOT / "manage.py").read_text().replace("execute_from_command_line(sys.argv)", "exec(ASK)")

        answer = answer_of(f"ASK = {ASK!r}\n{started.replace('__name__', repr('__main__'))}", tmp_path)

        assert answer == ["marketplace.config.settings.embedded", False, False]

    def test_hold_for_make_run_whatever_the_shell_says(self):
        done = subprocess.run(
            ["make", "--dry-run", "--print-data-base", "run"], cwd=ROOT, capture_output=True, text=True, check=True
        )

        assert "run: DJANGO_SETTINGS_MODULE = marketplace.config.settings.embedded" in done.stdout


class TestTheSettingsOfDevelopment:
    def test_show_debug_pages_and_the_toolbar(self, tmp_path):
        answer = answer_of(ASK, tmp_path, DJANGO_SETTINGS_MODULE="marketplace.config.settings.development")

        assert answer == ["marketplace.config.settings.development", True, True]

    def test_need_a_package_that_running_does_not_install(self):
        def names(file):
            return set(re.findall(r"^([a-z0-9-]+)==", (ROOT / file).read_text(), re.MULTILINE))

        assert "django-debug-toolbar" in names("requirements-dev.txt")
        assert "django-debug-toolbar" not in names("requirements.txt")
