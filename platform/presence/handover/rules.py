"""Rules of the hand-over book (règles du carnet de liaison): what may be written, read first. Pure.

Free text is on one line, as on the site sheets; every sign of it is shown.
"""

import re
import unicodedata

from presence.kernel.errors import Invalid

MOST_NOTE = 2000
_BLANKS = re.compile(r"[ \t\r\n]+")
# Controls, marks that change what is read, halves of characters, what Unicode does not name.
_FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def note_text(text: str) -> str:
    """The text of a note (texte de la note), on one line; raises `Invalid` on `body`."""
    told = _BLANKS.sub(" ", text).strip()
    if not told:
        raise Invalid("body", "Écrivez ce que l'équipe suivante doit savoir.")
    if len(told) > MOST_NOTE:
        raise Invalid("body", f"Au plus {MOST_NOTE} caractères : il y en a {len(told)}.")
    if any(unicodedata.category(letter) in _FORBIDDEN for letter in told):
        raise Invalid("body", "Ce texte contient un caractère invisible : tapez-le à la main.")
    return told
