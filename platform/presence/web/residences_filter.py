"""What the address of the list says (`?q=…&commune=…`): filters, order, page, and their words."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import ColumnElement

from presence.kernel.collation import folded
from presence.kernel.errors import Invalid
from presence.patrimoine.listing import Order, Sort
from presence.patrimoine.wanted import Choices, Perimeter, Wanted

# What is typed to find a place; more is not looked at.
LONGEST_SEARCH = 100
LONGEST_PAGE = 5
QPV = {"oui": "En QPV", "non": "Hors QPV", "2015": "QPV de 2015", "2024": "QPV de 2024"}
FREQUENCY = {"fixee": "Fréquence fixée", "non-fixee": "Fréquence non fixée"}
PERIMETER = {
    "dedans": "Dans le périmètre", "dehors": "Hors périmètre", "a-venir": "Entrée à venir",
}  # fmt: skip
ARCHIVED = {"oui": "Archivées"}
# The first is what the list is in when nothing is said.
SORTS = {
    "nom": "Nom, de A à Z", "-nom": "Nom, de Z à A",
    "code": "Code, croissant", "-code": "Code, décroissant",
    "commune": "Commune, de A à Z", "-commune": "Commune, de Z à A",
    "logements": "Logements, croissant", "-logements": "Logements, décroissant",
}  # fmt: skip
_USUAL = "nom"
_BY = {
    "nom": Sort.NAME, "code": Sort.CODE, "commune": Sort.COMMUNE, "logements": Sort.DWELLINGS,
}  # fmt: skip
_STANDS = {
    "dedans": Perimeter.INSIDE, "dehors": Perimeter.OUTSIDE, "a-venir": Perimeter.TO_COME,
}  # fmt: skip
# The names that the address gives to what narrows the list, in the order of the page.
_NAMES = {
    "search": "q", "agency": "agence", "commune": "commune", "qpv": "qpv",
    "frequency": "frequence", "perimeter": "perimetre", "archived": "archivees",
}  # fmt: skip


@dataclass(frozen=True)
class Chip:
    """An active filter in words, and the address of the list without it."""

    name: str
    words: str
    without: str


@dataclass(frozen=True)
class Filter:
    """The address's own words, checked; empty: not said."""

    search: str = ""
    agency: str = ""
    commune: str = ""
    qpv: str = ""
    frequency: str = ""
    perimeter: str = ""
    archived: str = ""
    sort: str = _USUAL
    page: int = 1

    @property
    def said(self) -> dict[str, str]:
        """What narrows the list, by its name in the address."""
        told = {name: str(getattr(self, field)) for field, name in _NAMES.items()}
        return {name: value for name, value in told.items() if value}

    @property
    def order(self) -> Order:
        """The order of the list."""
        return Order(_BY[self.sort.removeprefix("-")], self.sort.startswith("-"))

    def wanted(self, has_frequency: ColumnElement[bool]) -> Wanted:
        """What it looks for; whether a frequency is fixed is another room's condition."""
        fixed = {"fixee": (has_frequency,), "non-fixee": (~has_frequency,)}
        return Wanted(
            words=tuple(folded(self.search).split()),
            agency_id=UUID(self.agency) if self.agency else None,
            insee_code=self.commune or None,
            in_qpv={"oui": True, "non": False}.get(self.qpv),
            qpv_vintage=int(self.qpv) if self.qpv.isdigit() else None,
            perimeter=_STANDS.get(self.perimeter),
            archived=bool(self.archived),
            also=fixed.get(self.frequency, ()),
        )

    def query(self, *, page: int = 1, sort: str | None = None, without: str = "") -> str:
        """« ?q=… » of another page, in another order, or without a filter."""
        told = {name: value for name, value in self.said.items() if name != without}
        order = sort or self.sort
        told |= {"tri": order} if order != _USUAL else {}
        told |= {"page": str(page)} if page > 1 else {}
        return f"?{urlencode(told)}" if told else ""

    def chips(self, around: Choices) -> list[Chip]:
        """The active filters; a key that names nothing here is said to."""
        words = {
            "q": lambda told: f"Recherche : « {told} »",
            "agence": lambda told: f"Agence : {around.agencies.get(UUID(told), 'inconnue')}",
            "commune": lambda told: f"Commune : {around.communes.get(told, 'inconnue')}",
            "qpv": QPV.__getitem__,
            "frequence": FREQUENCY.__getitem__,
            "perimetre": PERIMETER.__getitem__,
            "archivees": ARCHIVED.__getitem__,
        }
        return [
            Chip(name, words[name](told), self.query(without=name))
            for name, told in self.said.items()
        ]


def filter_of(arguments: Mapping[str, str]) -> Filter:
    """The filter of an address; raises `Invalid` for a value that is no choice."""
    return Filter(
        search=_text(arguments.get("q", "")),
        agency=_agency(arguments.get("agence", "")),
        commune=_commune(arguments.get("commune", "")),
        qpv=_among(QPV, arguments, "qpv"),
        frequency=_among(FREQUENCY, arguments, "frequence"),
        perimeter=_among(PERIMETER, arguments, "perimetre"),
        archived=_among(ARCHIVED, arguments, "archivees"),
        sort=_among(SORTS, arguments, "tri") or _USUAL,
        page=_page(arguments.get("page", "")),
    )


def _text(text: str) -> str:
    shown = "".join(sign if sign.isprintable() else " " for sign in text[:LONGEST_SEARCH])
    return " ".join(shown.split())


def _agency(text: str) -> str:
    try:
        return str(UUID(text)) if text else ""
    except ValueError as error:
        raise _no_choice("agence", text) from error


def _commune(text: str) -> str:
    if text and not (len(text) == 5 and text.isascii() and text.isalnum()):
        raise _no_choice("commune", text)
    return text


def _among(choices: Mapping[str, str], arguments: Mapping[str, str], name: str) -> str:
    told = arguments.get(name, "")
    if told and told not in choices:
        raise _no_choice(name, told)
    return told


def _page(text: str) -> int:
    whole = text.isascii() and text.isdigit() and len(text) <= LONGEST_PAGE
    if text and not (whole and int(text)):
        raise _no_choice("page", text)
    return int(text or 1)


def _no_choice(name: str, told: str) -> Invalid:
    message = (
        f"« {_text(told)} » n'est pas un choix de « {name} » : "
        "ouvrez la page Résidences et refaites votre choix."
    )
    return Invalid(name, message)
