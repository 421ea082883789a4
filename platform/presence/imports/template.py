"""The file to fill in (modèle): every title of our own layout, and an example. Pure."""

from presence.imports.columns import own_title
from presence.imports.fields import Field
from presence.kernel.spreadsheets import csv_bytes

# One line per entrance; the list of entrances in one cell is the other shape.
_LEFT_OUT = (Field.ENTRANCES, Field.LATITUDE, Field.LONGITUDE, Field.BAN_KEY, Field.RNB_ID)
_EXAMPLE = {
    Field.AGENCY: "Bourgoin-Jallieu", Field.CODE: "R100", Field.NAME: "Les Tilleuls",
    Field.ADDRESS: "40 avenue des Tilleuls", Field.POSTAL_CODE: "38300",
    Field.INSEE_CODE: "38053", Field.COMMUNE: "Bourgoin-Jallieu", Field.BUILDING_NAME: "Bât. A",
    Field.TIMES_PER_WEEK: "3",
}  # fmt: skip


def template_csv() -> bytes:
    """The titles, and two entrances of one residence."""
    fields = [field for field in Field if field not in _LEFT_OUT]
    rows = [
        [{**_EXAMPLE, **own}.get(field, "") for field in fields]
        for own in (
            {Field.ENTRANCE_NAME: "Montée 1", Field.ENTRANCE_CODE: "E1001", Field.DWELLINGS: "12"},
            {Field.ENTRANCE_NAME: "Montée 2", Field.ENTRANCE_CODE: "E1002", Field.DWELLINGS: "14"},
        )
    ]
    return csv_bytes([[own_title(field) for field in fields], *rows])
