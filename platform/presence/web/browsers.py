"""The name of a browser (navigateur) and its system, from what it calls itself: for its user."""

_BROWSERS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def browser_name(agent: str | None) -> str:
    """« Firefox sur Windows »."""
    told = agent or ""
    browser = next((name for mark, name in _BROWSERS if mark in told), "Navigateur inconnu")
    system = next((name for mark, name in _SYSTEMS if mark in told), None)
    return f"{browser} sur {system}" if system else browser
