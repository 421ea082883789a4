"""Copy the locked front-end files (htmx, Source Sans 3) into the product (`make assets`, ADR 0007).

The copies are committed, so that neither the demonstration nor the image needs npm; a house test
says whether they still equal the locked packages.
"""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "node_modules"
VENDOR = ROOT / "platform" / "presence" / "web" / "static" / "vendor"
_HTMX = "htmx.org"
_FONT = "@fontsource/source-sans-3"
WEIGHTS = (400, 600, 700)
SUBSETS = ("latin", "latin-ext")


def vendored() -> dict[str, Path]:
    """Name of each vendored file, and the file of the package that it copies."""
    fonts = [
        f"source-sans-3-{subset}-{weight}-normal.woff2" for subset in SUBSETS for weight in WEIGHTS
    ]
    return {
        "htmx.min.js": PACKAGES / _HTMX / "dist" / "htmx.min.js",
        "htmx.LICENSE": PACKAGES / _HTMX / "LICENSE",
        "source-sans-3.LICENSE": PACKAGES / _FONT / "LICENSE",
        **{name: PACKAGES / _FONT / "files" / name for name in fonts},
    }


def copy() -> list[Path]:
    """Copy every file, drop what is no longer wanted; the copies."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    wanted = vendored()
    for stray in VENDOR.iterdir():
        if stray.name not in wanted:
            stray.unlink()
    for name, source in wanted.items():
        shutil.copyfile(source, VENDOR / name)
    return [VENDOR / name for name in wanted]


if __name__ == "__main__":
    print(f"{len(copy())} fichiers copiés dans {VENDOR.relative_to(ROOT)}")
