"""
Fetch the browser assets of static/vendor/ from the npm registry, at the versions below.

Run by hand when a version changes: ``python scripts/vendor_assets.py``. Needs npm; the site itself
needs neither npm nor Node. The icon sprite holds only the icons named in icons.txt beside it, because the whole
set is 1.1 MB.
"""

import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

PACKAGES = {
    "blakejs": "1.2.1",
    "bootstrap": "5.3.9",
    "bootstrap-icons": "1.13.2",
    "js-sha256": "0.11.1",
    "tweetnacl": "1.0.3",
}
VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"

# (package, file in it, file under static/vendor)
FILES = [
    ("bootstrap", "dist/css/bootstrap.min.css", "bootstrap/bootstrap.min.css"),
    ("bootstrap", "LICENSE", "bootstrap/LICENSE"),
    ("bootstrap-icons", "LICENSE", "bootstrap-icons/LICENSE"),
    ("blakejs", "LICENSE", "blakejs/LICENSE"),
    ("js-sha256", "build/sha256.min.js", "js-sha256/sha256.min.js"),
    ("js-sha256", "LICENSE.txt", "js-sha256/LICENSE"),
    ("tweetnacl", "nacl-fast.min.js", "tweetnacl/nacl-fast.min.js"),
    ("tweetnacl", "LICENSE", "tweetnacl/LICENSE"),
]

#: The icons in use, a name a line.
ICONS = VENDOR / "bootstrap-icons" / "icons.txt"


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
    """One SVG with a symbol per icon in use."""
    symbols = []
    for name in sorted(set(ICONS.read_text("utf-8").split())):
        source = icons / f"{name}.svg"
        svg = re.sub(r"\s*\n\s*", "", source.read_text("utf-8"))
        inner = re.sub(r"^<svg[^>]*>|</svg>$", "", svg)
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16">{inner}</symbol>')
    body = "\n".join(symbols)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>\n'


def blake2b(folder: Path) -> str:
    """The BLAKE2b of blakejs as one file for browsers: the package itself is for bundlers only."""
    util, hash_ = ((folder / name).read_text("utf-8") for name in ("util.js", "blake2b.js"))
    return (
        "// BLAKE2b of blakejs (MIT, see LICENSE), its two modules in one file: self.blakejs.blake2b\n"
        "self.blakejs = (() => {\n"
        f"const needed = (() => {{ const module = {{}};\n{util}\nreturn module.exports; }})();\n"
        "const require = () => needed;\nconst module = {};\n"
        f"{hash_}\nreturn module.exports;\n}})();\n"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folders = {package: fetch(package, version, Path(name)) for package, version in PACKAGES.items()}
        for package, source, target in FILES:
            path = VENDOR / target
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(without_source_map((folders[package] / source).read_text("utf-8")), "utf-8")
        (VENDOR / "blakejs" / "blake2b.js").write_text(blake2b(folders["blakejs"]), "utf-8")
        (VENDOR / "bootstrap-icons" / "sprite.svg").write_text(sprite(folders["bootstrap-icons"] / "icons"), "utf-8")


if __name__ == "__main__":
    main()
