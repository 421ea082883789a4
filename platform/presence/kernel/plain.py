"""Plain text (texte littéral): what a person typed, without the signs that nobody sees. Pure."""

import unicodedata

_BREAKS = {"Cc", "Zl", "Zp"}
# Invisible formats (bidirectional ones too), surrogates, and what is no character.
_UNSEEN = {"Cf", "Cs", "Cn"}


def literal(text: str) -> str:
    """The text on one line: a control is a space, an invisible format is left out."""
    return "".join(map(_shown, text))


def _shown(sign: str) -> str:
    category = unicodedata.category(sign)
    if category in _BREAKS:
        return " "
    return "" if category in _UNSEEN else sign
