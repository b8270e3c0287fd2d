"""
Fetch the browser assets of static/vendor/ from the npm registry, at the versions below.

Run by hand when a version changes: ``python scripts/vendor_assets.py``. Needs npm; the site itself
needs neither npm nor Node. The icon sprite holds only the icons named in ICONS, because the whole
set is 1.1 MB.
"""

import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

PACKAGES = {"bootstrap": "5.3.9", "bootstrap-icons": "1.13.2", "echarts": "5.6.0"}
VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"

# (package, file in it, file under static/vendor)
FILES = [
    ("bootstrap", "dist/css/bootstrap.min.css", "bootstrap/bootstrap.min.css"),
    ("bootstrap", "LICENSE", "bootstrap/LICENSE"),
    ("bootstrap-icons", "LICENSE", "bootstrap-icons/LICENSE"),
    ("echarts", "dist/echarts.min.js", "echarts/echarts.min.js"),
    ("echarts", "LICENSE", "echarts/LICENSE"),
    ("echarts", "NOTICE", "echarts/NOTICE"),
]

ICONS = ["arrow-clockwise", "arrow-counterclockwise", "arrow-down", "arrow-left", "arrow-repeat", "arrow-right", "arrow-up", "arrow-up-right", "award", "bank", "bar-chart", "bell", "bell-fill", "book", "box-arrow-in-right", "box-arrow-right", "box-arrow-up-right", "briefcase", "broadcast", "building", "building-check", "buildings", "calculator", "calendar-event", "calendar-check", "cash-coin", "cash-stack", "chat-left-text", "chat-square-text", "check", "check-circle", "check-circle-fill", "check2", "check-lg", "chevron-down", "chevron-left", "chevron-right", "chevron-up", "clipboard", "clipboard-check", "clock", "clock-history", "cloud-arrow-down", "collection", "credit-card-2-front", "dash", "dash-circle", "diagram-3", "dice-5", "dot", "download", "envelope", "exclamation-circle", "exclamation-circle-fill", "exclamation-octagon", "exclamation-octagon-fill", "exclamation-triangle", "exclamation-triangle-fill", "eye", "eye-slash", "file-earmark", "file-earmark-arrow-up", "file-earmark-check", "file-earmark-image", "file-earmark-lock", "file-earmark-pdf", "file-earmark-text", "file-earmark-word", "file-earmark-spreadsheet", "file-earmark-zip", "file-text", "filetype-json", "filetype-pdf", "filetype-py", "flag", "folder", "folder2-open", "fingerprint", "funnel", "gear", "globe", "grid", "hammer", "hash", "house", "hourglass-split", "info-circle", "info-circle-fill", "journal-text", "key", "link-45deg", "list", "list-check", "list-ol", "list-ul", "lock", "lock-fill", "megaphone", "newspaper", "paperclip", "patch-check", "patch-check-fill", "patch-exclamation", "pause-circle", "pause-fill", "pen", "pencil", "pencil-square", "people", "person", "person-badge", "person-check", "person-circle", "person-plus", "person-vcard", "phone", "pin-map", "play-circle", "plus", "plus-circle", "plus-lg", "printer", "question-circle", "receipt", "reply", "rulers", "safe2", "save", "search", "send", "share", "shield-check", "shield-exclamation", "shield-lock", "shop", "shuffle", "signpost-split", "slash-circle", "sliders", "sort-down", "sort-up", "speedometer2", "star", "star-fill", "star-half", "stars", "stopwatch", "table", "tag", "telephone", "three-dots", "trash", "trophy", "unlock", "upc", "upload", "wallet2", "x", "x-circle", "x-circle-fill", "x-lg", "x-octagon-fill"]


def fetch(package: str, version: str, folder: Path) -> Path:
    """Unpack one npm package and return its folder."""
    packed = subprocess.run(
        ["npm", "pack", f"{package}@{version}", "--silent", "--pack-destination", str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    archive = folder / packed.stdout.strip().splitlines()[-1]
    target = folder / package
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return target / "package"


def without_source_map(text: str) -> str:
    # The hashed static storage of production refuses a reference to a map that is not vendored.
    return re.sub(r"(/\*# sourceMappingURL=.*?\*/|//# sourceMappingURL=\S+)\s*$", "", text)


def sprite(icons: Path) -> str:
    """One SVG with a symbol per icon of ICONS."""
    symbols = []
    for name in sorted(set(ICONS)):
        source = icons / f"{name}.svg"
        if not source.exists():
            print(f"no such icon: {name}")
            continue
        svg = re.sub(r"\s*\n\s*", "", source.read_text("utf-8"))
        inner = re.sub(r"^<svg[^>]*>|</svg>$", "", svg)
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16">{inner}</symbol>')
    body = "\n".join(symbols)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>\n'


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folders = {package: fetch(package, version, Path(name)) for package, version in PACKAGES.items()}
        for package, source, target in FILES:
            path = VENDOR / target
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(without_source_map((folders[package] / source).read_text("utf-8")), "utf-8")
        (VENDOR / "bootstrap-icons" / "sprite.svg").write_text(sprite(folders["bootstrap-icons"] / "icons"), "utf-8")


if __name__ == "__main__":
    main()
