"""Templates, static files, classes of the style sheets and template tags that no page uses any more."""

import re
from functools import cache
from pathlib import Path

import wagtail.admin
from django.apps import apps
from django.conf import settings
from django.template import engines

ROOT = Path(settings.BASE_DIR)
OURS = ("marketplace", "credit", "cms", "search")
PACKAGES = (*OURS, "templates", "static", "scripts")
#: Templates that Django and allauth ask for by these names.
BY_NAME = {"403.html", "403_csrf.html", "404.html", "429.html", "500.html"}
#: Classes that a library of the page's scripts sets.
SET_BY_SCRIPTS = {"htmx-indicator", "htmx-request"}
CLASS = re.compile(r"\.([a-zA-Z][\w-]*)")


@cache
def sources() -> dict[str, str]:
    """Every text of ours that may name a template, a static file, a class or a tag."""
    files = (file for package in PACKAGES for file in (ROOT / package).rglob("*"))
    return {
        str(file.relative_to(ROOT)): file.read_text()
        for file in files
        if file.suffix in {".py", ".html", ".txt", ".css", ".js", ".svg", ".xsl"} and "vendor" not in file.parts
    }


def texts(*suffixes: str, but: str = "") -> str:
    return "\n".join(text for name, text in sources().items() if name.endswith(suffixes) and name != but)


def patterns_of(python: str) -> list[str]:
    """Names of templates that are put together: `f"tendering/draft_{page}.html"`."""
    parts = re.findall(r'f"([\w/{}.\[\]]+\.(?:html|txt))"', python)
    return [re.sub(r"\\{.*?\\}", r"\\w+(?:\\.\\w+)*", re.escape(part)) for part in parts]


def overrides(name: str) -> bool:
    """Whether the template takes the place of a library's."""
    libraries = [config for config in apps.get_app_configs() if not config.name.startswith(OURS)]
    return any((Path(config.path) / "templates" / name).exists() for config in libraries)


def test_every_template_is_rendered_or_included_somewhere():
    made = patterns_of(texts(".py"))
    names = (str(file.relative_to(ROOT / "templates")) for file in (ROOT / "templates").rglob("*") if file.is_file())

    unused = {
        name
        for name in names
        if name not in BY_NAME
        and not overrides(name)
        and not any(re.fullmatch(pattern, name) for pattern in made)
        and name not in texts("", but=f"templates/{name}")
    }

    assert unused == set()


def test_every_static_file_is_named_somewhere():
    files = (file for file in (ROOT / "static").rglob("*") if file.is_file() and "vendor" not in file.parts)

    assert {file.name for file in files if file.name not in texts("", but=str(file.relative_to(ROOT)))} == set()


def test_every_vendored_library_is_loaded_by_a_page():
    libraries = {folder.name for folder in (ROOT / "static" / "vendor").iterdir()}

    assert {name for name in libraries if f"vendor/{name}/" not in texts(".html", ".py", ".js")} == set()


def test_every_class_of_the_style_sheets_stands_on_a_page():
    pages = texts(".html", ".py", ".js", ".txt")
    words = set(re.findall(r"[\w-]+", pages)) | SET_BY_SCRIPTS
    beginnings = tuple(re.findall(r"\b([a-z][\w-]*-)(?:\{|\$\{)", pages))
    admin = "\n".join(file.read_text() for file in Path(wagtail.admin.__file__).parent.rglob("*.css"))
    library = set(CLASS.findall(admin))

    unused = set()
    for name, text in sources().items():
        if name.endswith(".css"):
            selectors = re.sub(r"\{[^{}]*\}", "{}", re.sub(r"/\*.*?\*/|url\([^)]*\)", "", text, flags=re.DOTALL))
            # The tokens are the console's too, whose frame names its scheme.
            known = words | library if name.endswith(("console.css", "tokens.css")) else words
            found = set(CLASS.findall(selectors)) - known
            unused |= {f"{name} .{each}" for each in found if not each.startswith(beginnings)}

    assert unused == set()


def test_every_template_tag_and_filter_of_ours_is_used():
    django = engines["django"].engine
    templates = texts(".html", ".txt")

    unused = set()
    for name, module in django.libraries.items() | {("inline", "marketplace.ui.templatetags.inline")}:
        if not module.startswith(OURS):
            continue
        library = django.template_libraries.get(name) or django.template_builtins[-1]
        unused |= {f"{name}.{tag}" for tag in library.tags if not re.search(rf"{{%-? *{tag}\b", templates)}
        unused |= {f"{name}.{each}" for each in library.filters if not re.search(rf"\| *{each}\b", templates)}

    assert unused == set()
