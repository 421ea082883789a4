"""Public identifiers of places and organisations, checked without a network. Pure.

Each function gives the identifier in its one writing, or raises `Malformed`: a French reason, and
a repair when the slip is obvious. A form that is right says nothing of existence.
"""

import re

# Source: RNB, format of the identifier: 12 signs, none that reads like another (0 O I L U).
RNB_LENGTH = 12
RNB_ALPHABET = frozenset("123456789ABCDEFGHJKMNPQRSTVWXYZ")
# Source: base adresse locale 1.4, « cle_interop »: these two stand for an unknown street.
UNKNOWN_STREETS = ("xxxx", "0000")
# Source: Insee, SIRENE: the SIRETs of La Poste are too many for Luhn's key.
LA_POSTE = "356000000"

_INSEE = re.compile(r"(?:0[1-9]|[13-8]\d|2[1-9AB]|9[0-57-8])\d{3}", re.ASCII)
_POSTAL = re.compile(r"(?:0[1-9]|[1-8]\d|9[0-57-8])\d{3}", re.ASCII)
_BAN = re.compile(r"([0-9ab]{5})_([0-9a-z]+)_(\d+)((?:_[0-9a-z]+)*)", re.ASCII)
# What a spreadsheet adds to a number: « 38300.0 », « 38300,00 ».
_DECIMALS = re.compile(r"(\d+)[.,]0+", re.ASCII)
_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?[eE][+-]?\d+", re.ASCII)


class Malformed(ValueError):
    """It cannot be such an identifier; `repair` is what it probably was."""

    def __init__(self, reason: str, repair: str | None = None) -> None:
        """A French reason, without the value itself."""
        super().__init__(reason)
        self.reason = reason
        self.repair = repair


def rnb_id(text: str) -> str:
    """The identifier of a building in the national register (identifiant RNB)."""
    bare = re.sub(r"[\s_-]", "", text).upper()
    forbidden = sorted(set(bare) - RNB_ALPHABET)
    if forbidden:
        shown = ", ".join(f"« {sign} »" for sign in forbidden)
        raise Malformed(f"Un identifiant RNB n'a ni 0 ni O, I, L ou U : {shown} est à relire.")
    if len(bare) != RNB_LENGTH:
        raise Malformed(f"Un identifiant RNB a {RNB_LENGTH} signes, celui-ci en a {len(bare)}.")
    return bare


def ban_key(text: str) -> str:
    """The key of an address in the national base (clé d'interopérabilité BAN)."""
    bare = "".join(text.split()).lower()
    parts = _BAN.fullmatch(bare)
    if not parts:
        raise Malformed("Une clé BAN s'écrit « commune_voie_numéro », comme 38053_0450_00012_bis.")
    commune, street, number, suffix = parts.groups()
    if not _INSEE.fullmatch(commune.upper()):
        raise Malformed("Une clé BAN commence par le code Insee de la commune.")
    if len(street) != 4 or street in UNKNOWN_STREETS:
        raise Malformed("La voie d'une clé BAN a 4 signes, et doit être connue.")
    if len(number) != 5:
        padded = f"{commune}_{street}_{number:>05}{suffix}" if len(number) < 5 else None
        raise Malformed("Le numéro d'une clé BAN a 5 chiffres.", padded)
    return bare


def siren(text: str) -> str:
    """The number of an organisation (SIREN)."""
    bare = _digits(text, 9, "SIREN")
    if not _luhn(bare):
        raise Malformed("La clé de contrôle de ce SIREN est fausse : un chiffre est à relire.")
    return bare


def siret(text: str) -> str:
    """The number of an establishment (SIRET)."""
    bare = _digits(text, 14, "SIRET")
    of_la_poste = bare.startswith(LA_POSTE) and sum(map(int, bare)) % 5 == 0
    if not (of_la_poste or (_luhn(bare) and _luhn(bare[:9]))):
        raise Malformed("La clé de contrôle de ce SIRET est fausse : un chiffre est à relire.")
    return bare


def insee_code(text: str) -> str:
    """The code of a commune (code Insee): five signs, 2A or 2B in Corsica."""
    bare = "".join(text.split()).upper()
    if _INSEE.fullmatch(bare):
        return bare
    repair = _repaired(bare)
    raise Malformed(
        "Un code Insee a 5 signes." + _zero(bare, repair),
        repair if repair and _INSEE.fullmatch(repair) else None,
    )


def postal_code(text: str) -> str:
    """A French postal code (code postal)."""
    bare = "".join(text.split())
    if _POSTAL.fullmatch(bare):
        return bare
    repair = _repaired(re.sub(r"^[Ff]-?", "", bare))
    raise Malformed(
        "5 chiffres attendus." + _zero(bare, repair),
        repair if repair and _POSTAL.fullmatch(repair) else None,
    )


def _repaired(bare: str) -> str | None:
    """A five-digit code as it was before a spreadsheet took it for a number."""
    decimals = _DECIMALS.fullmatch(bare)
    digits = decimals[1] if decimals else bare
    plain = digits.isascii() and digits.isdigit() and len(digits) in (4, 5)
    return digits.zfill(5) if plain else None


def _zero(bare: str, repair: str | None) -> str:
    lost = repair and repair.startswith("0") and not bare.startswith("0")
    return f" Excel a retiré le zéro : {repair} ?" if lost else ""


def _digits(text: str, length: int, name: str) -> str:
    bare = re.sub(r"[\s.]", "", text)
    if _SCIENTIFIC.fullmatch(text.strip()):
        raise Malformed(f"Un tableur a abrégé ce {name} : ressaisissez ses {length} chiffres.")
    if not (bare.isascii() and bare.isdigit()):
        raise Malformed(f"Un {name} ne contient que des chiffres.")
    if len(bare) != length:
        raise Malformed(f"Un {name} a {length} chiffres, celui-ci en a {len(bare)}.")
    return bare


def _luhn(digits: str) -> bool:
    """Luhn's key: every second digit from the right is doubled; the sum ends with 0."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[::-2]))) % 10 == 0
