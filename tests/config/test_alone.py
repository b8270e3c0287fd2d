"""The checks and tests need nothing beside the repository but the servers that variables name."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Starts the servers that lie in a folder beside this one; nothing else knows of it.
KNOWS_THE_NEIGHBOUR = ".ci/run"


@pytest.fixture(scope="module")
def texts():
    if not (ROOT / ".git").exists():
        pytest.skip("no clone")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    paths = [name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    return {name: (ROOT / name).read_text(encoding="utf-8", errors="replace") for name in paths}


def test_only_one_script_knows_a_folder_beside_this_one(texts):
    neighbour = "../" + "shared"

    assert [name for name, text in texts.items() if neighbour in text] == [KNOWS_THE_NEIGHBOUR]


def test_no_file_names_a_path_of_somebodys_machine(texts):
    homes = ("/home" + "/", "/Users" + "/", "/root" + "/")

    assert [name for name, text in texts.items() if any(home in text for home in homes)] == []


def test_what_is_run_before_a_commit_fetches_nothing(texts):
    assert "://" not in texts[".pre-commit-config.yaml"]
    assert texts[".pre-commit-config.yaml"].count("entry: .venv/bin/") == texts[".pre-commit-config.yaml"].count(
        "- id:"
    )
