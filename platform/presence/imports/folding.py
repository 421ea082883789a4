"""Texts compared as a reader would: without case, accents or punctuation. Pure."""

import re
import unicodedata
from functools import lru_cache

_NOT_WORDS = re.compile(r"[\W_]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "°": " "})
# A postal office for firms, written after the commune: it is no part of its name.
_CEDEX = re.compile(r" cedex( \d+)?$")
_SAINTS = {"st": "saint", "ste": "sainte"}


@lru_cache(maxsize=2**16)
def fold(text: str) -> str:
    """« N° Bât. » → « n bat »; a text of signs alone stays as it is."""
    spread = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    if not spread.isascii():
        spread = "".join(sign for sign in spread if not unicodedata.combining(sign))
    return _NOT_WORDS.sub(" ", spread).strip() or text.strip()


@lru_cache(maxsize=2**12)
def fold_commune(text: str) -> str:
    """« St-Quentin-Fallavier Cedex » → « saint quentin fallavier »."""
    words = _CEDEX.sub("", fold(text)).split()
    return " ".join(_SAINTS.get(word, word) for word in words)
