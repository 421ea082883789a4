"""The commune of a line (commune): by its code, else by its name and postal code. Pure."""

from collections.abc import Mapping, Sequence

from presence.imports.cells import Faulty
from presence.imports.folding import fold_commune
from presence.imports.lines import FaultKind
from presence.patrimoine.identifiers import Malformed, insee_code, postal_code

# Name and postal codes of each commune of the territory, by Insee code.
Communes = Mapping[str, tuple[str, Sequence[str]]]

_UNKNOWN = "Commune inconnue dans le territoire."


class Gazetteer:
    """The communes of the territory, found by code or by name."""

    def __init__(self, communes: Communes) -> None:
        """Those that the caller knows; any other is out of the territory."""
        self._communes = communes
        self._by_name: dict[str, list[str]] = {}
        for insee, (name, _) in communes.items():
            self._by_name.setdefault(fold_commune(name), []).append(insee)

    def by_code(self, text: str) -> str:
        """The Insee code, known here, or `Faulty`."""
        if text in self._communes:
            return text
        try:
            code = insee_code(text)
        except Malformed as error:
            if error.repair in self._communes:
                kind = _slip(text, FaultKind.COMMUNE)
                raise Faulty(kind, error.reason, error.repair) from error
            raise Faulty(FaultKind.COMMUNE, f"{_UNKNOWN} {error.reason}") from error
        if code in self._communes:
            return code
        postal = any(code in postal_codes for _, postal_codes in self._communes.values())
        hint = " C'est un code postal : le code Insee est autre." if postal else ""
        raise Faulty(FaultKind.COMMUNE, f"{_UNKNOWN}{hint}")

    def known(self, code: str) -> str | None:
        """The code if it is one of the territory's."""
        return code if code in self._communes else None

    def by_name(self, text: str, postal: str) -> str:
        """The Insee code of a name; the postal code, as written, tells namesakes apart."""
        found = self._by_name.get(fold_commune(text), [])
        if len(found) > 1:
            found = [insee for insee in found if postal.zfill(5) in self._communes[insee][1]]
        if len(found) != 1:
            raise Faulty(FaultKind.COMMUNE, f"{_UNKNOWN} Donnez son code Insee.")
        return found[0]

    def named(self, insee: str, text: str) -> None:
        """Raise `Faulty` when a commune has another name than the code says."""
        name = self._communes[insee][0]
        said, known = set(fold_commune(text).split()), set(fold_commune(name).split())
        # A former commune gave its name to the one it joined: Eclose, Eclose-Badinières.
        if not (said <= known or known <= said):
            message = f"Le code Insee {insee} est celui de {name}."
            raise Faulty(FaultKind.COMMUNE_MISMATCH, message)

    def postal(self, text: str, insee: str | None) -> str:
        """The postal code, one of the commune's when the commune is known, or `Faulty`."""
        name, expected = self._communes[insee] if insee else ("", ())
        try:
            code = postal_code(text)
        except Malformed as error:
            # A zero put back must lead to the commune, else it was not what was lost.
            if error.repair and (not expected or error.repair in expected):
                kind = _slip(text, FaultKind.POSTAL_CODE)
                raise Faulty(kind, error.reason, error.repair) from error
            raise Faulty(FaultKind.POSTAL_CODE, "5 chiffres attendus.") from error
        if expected and code not in expected:
            message = f"{name} a pour code postal {' ou '.join(expected)}."
            raise Faulty(FaultKind.COMMUNE_MISMATCH, message)
        return code


def _slip(text: str, kind: FaultKind) -> FaultKind:
    """What a spreadsheet did to a code: its decimals, or its zero."""
    if "." in text or "," in text:
        return FaultKind.DECIMAL
    return FaultKind.LOST_ZERO if len(text) == 4 else kind
