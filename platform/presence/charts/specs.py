"""Vega-Lite specifications of the charts (graphiques): a table in, a picture's plan out. Pure.

Every axis starts at zero, every value is printed beside its mark, a withheld cell is an empty
place that says « n. c. »; hue, form and word say the same thing.
"""

from collections.abc import Callable, Mapping, Sequence

from presence.kernel import formats
from presence.releases.content import Table

Spec = dict[str, object]
INK, QUIET, GRID, BLUE, PALE, NIGHT = (
    "#17202E", "#4A5568", "#E2E8F0", "#1F78C1", "#8DB9E2", "#4A5568",
)  # fmt: skip
MARKS: Mapping[str, tuple[str, str]] = {
    "action:mediation": ("#1F78C1", "circle"),
    "action:house_rules_reminder": ("#9A4A00", "triangle-up"),
    "action:police_request": ("#33083C", "square"),
}
WITHHELD = "n. c."
WIDTH = 300
# Under a picture of more lines, the table is read instead.
MOST_LINES = 16


def spec_of(table: Table) -> Spec | None:
    """The plan of a table's picture; None when it has none, or nothing to show."""
    if table.chart is None or not any(c.value is not None for row in table.rows for c in row.cells):
        return None
    plan = _KINDS[table.chart](table)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": f"{table.title}. {table.measure}.",
        "background": None,
        "padding": 4,
        "config": _CONFIG,
    } | plan


_CONFIG: Spec = {
    # The picture is one image to a screen reader; its figures are in the table beside it.
    "aria": False,
    "font": "Source Sans 3",
    "view": {"stroke": None},
    "axis": {
        "labelColor": QUIET, "labelFontSize": 12, "titleColor": QUIET, "domainColor": "#8792A2",
        "gridColor": GRID, "tickColor": GRID, "labelLimit": 330, "title": None,
    },
    "text": {"color": INK, "fontSize": 12, "font": "Source Sans 3"},
    "legend": {"disable": True},
}  # fmt: skip


def _columns(table: Table) -> Spec:
    values = [
        {
            "code": row.code,
            "label": row.label,
            "value": row.cells[0].value,
            "words": WITHHELD if row.cells[0].value is None else "",
            "partial": row.code.endswith("*"),
            "first": row.code[:4] == table.rows[0].code[:4],
        }
        for row in table.rows
    ]
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "width": {"band": 0.76}},
            "encoding": {
                "y": {"field": "value", "type": "quantitative",
                      "axis": {"tickCount": 3, "format": ",d"}, "scale": {"zero": True}},
                "color": {"condition": {"test": "datum.partial", "value": "#FFFFFF"},
                          "field": "first", "type": "nominal",
                          "scale": {"domain": [True, False], "range": ["#5E9FD4", BLUE]}},
                "stroke": {"condition": {"test": "datum.partial", "value": BLUE}, "value": None},
                "strokeDash": {"condition": {"test": "datum.partial", "value": [3, 2]},
                               "value": [1, 0]},
            },
        },
        {
            "mark": {"type": "text", "baseline": "bottom", "fontSize": 10, "color": QUIET},
            "encoding": {"y": {"value": 146}, "text": {"field": "words"}},
        },
    ]  # fmt: skip
    if table.median is not None:
        layers += _median(table.median)
    return {
        "width": 400,
        "height": 150,
        "data": {"values": values},
        "encoding": {
            "x": {"field": "code", "type": "ordinal", "sort": None,
                  "axis": {"grid": False, "ticks": False, "labelAngle": 0, "labelOverlap": False,
                           "labelExpr": _labels(table), "labelFlush": True}},
        },
        "layer": layers,
    }  # fmt: skip


def _labels(table: Table) -> str:
    """The first month, each January far enough from it, the last: the others would not fit."""
    rows = table.rows
    kept = {0: rows[0].label, len(rows) - 1: rows[-1].label}
    for rank, row in enumerate(rows):
        if row.code[5:7] == "01" and 3 < rank < len(rows) - 4:
            kept[rank] = row.label
    if len(rows) <= 6:
        kept = {rank: row.label for rank, row in enumerate(rows)}
    tests = [f"datum.value == '{rows[rank].code}' ? '{text}' : " for rank, text in kept.items()]
    return "".join(tests) + "''"


def _median(median: int) -> list[Spec]:
    at = {"datum": median}
    return [
        {"mark": {"type": "rule", "strokeDash": [5, 3], "color": INK, "strokeWidth": 1.2},
         "encoding": {"y": at, "x": {"value": 0}, "x2": {"value": 400}}},
        {"mark": {"type": "text", "align": "right", "baseline": "bottom", "dy": -3,
                  "stroke": "#FFFFFF",
                  "strokeWidth": 4, "fontWeight": 600},
         "encoding": {"y": at, "x": {"value": 398},
                      "text": {"value": f"médiane {formats.number(median)}"}}},
        {"mark": {"type": "text", "align": "right", "baseline": "bottom", "dy": -3,
                  "fontWeight": 600},
         "encoding": {"y": at, "x": {"value": 398},
                      "text": {"value": f"médiane {formats.number(median)}"}}},
    ]  # fmt: skip


def _bars(table: Table) -> Spec:
    """One bar per action on a fixed axis from 0 to 100 %."""
    main = [row for row in table.rows if row.code in MARKS] or list(table.rows)[:3]
    values = [
        {
            "label": row.label,
            # A withheld share has no bar, and its words stand at zero.
            "share": (row.cells[0].permille or 0) / 10,
            "words": WITHHELD
            if row.cells[0].permille is None
            else formats.percent(row.cells[0].permille, 1000),
            "ink": MARKS.get(row.code, (QUIET, "diamond"))[0],
            "form": MARKS.get(row.code, (QUIET, "diamond"))[1],
        }
        for row in main
    ]
    y = {"field": "label", "type": "nominal", "sort": None,
         "axis": {"labelPadding": 24, "ticks": False, "domain": False, "labelFontWeight": 600,
                  "labelFontSize": 13, "labelColor": INK}}  # fmt: skip
    ink = {"field": "ink", "type": "nominal", "scale": None}
    return {
        "width": 240,
        "height": {"step": 40},
        "data": {"values": values},
        "encoding": {"y": y},
        "layer": [
            {"mark": {"type": "bar", "height": 24, "cornerRadiusEnd": 2},
             "encoding": {"color": ink,
                          "x": {"field": "share", "type": "quantitative",
                                "scale": {"domain": [0, 100]},
                                "axis": {"values": [0, 25, 50, 75, 100], "domain": False,
                                         "labelExpr": "datum.value + (datum.value == 0 || "
                                         "datum.value == 100 ? '\u00a0%' : '')"}}}},
            {"mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
             "encoding": {"x": {"value": -12}, "color": ink,
                          "shape": {"field": "form", "type": "nominal", "scale": None}}},
            {"mark": {"type": "text", "align": "left", "dx": 6, "fontWeight": 600, "fontSize": 13},
             "encoding": {"x": {"field": "share", "type": "quantitative"},
                          "text": {"field": "words"}}},
        ],
    }  # fmt: skip


def _heat(table: Table) -> Spec:
    most = max(c.value or 0 for row in table.rows for c in row.cells)
    values = [
        {
            "day": row.label,
            "hour": column.label,
            "value": cell.value,
            "words": WITHHELD if cell.value is None else formats.number(cell.value),
            "strong": (cell.value or 0) > most * 0.6,
        }
        for row in table.rows
        for column, cell in zip(table.columns, row.cells, strict=True)
    ]
    return {
        "width": {"step": 52},
        "height": {"step": 28},
        "data": {"values": values},
        "encoding": {
            "x": {"field": "hour", "type": "nominal", "sort": None,
                  "axis": {"orient": "top", "labelAngle": 0, "ticks": False, "domain": False}},
            "y": {"field": "day", "type": "nominal", "sort": None,
                  "axis": {"ticks": False, "domain": False, "labelFontWeight": 600,
                           "labelColor": INK}},
        },
        "layer": [
            {"mark": {"type": "rect", "stroke": "#FFFFFF", "strokeWidth": 2},
             "encoding": {"color": {"condition": {"test": "datum.value === null",
                                                  "value": "#F5F7FA"},
                                    "field": "value", "type": "quantitative",
                                    "scale": {"domain": [0, max(most, 1)],
                                              "range": ["#E3EEF8", "#0B5CAD"]}}}},
            {"mark": {"type": "text", "fontSize": 12},
             "encoding": {"text": {"field": "words"},
                          "color": {"condition": {"test": "datum.strong", "value": "#FFFFFF"},
                                    "value": INK}}},
        ],
    }  # fmt: skip


def _ranked(table: Table) -> Spec:
    values = [
        {"label": row.label, "value": row.cells[0].value or 0, "words": _told(row.cells[0].value)}
        for row in table.rows[:MOST_LINES]
    ]
    return _lines(values, "value")


def _lines(values: Sequence[Mapping[str, object]], field: str) -> Spec:
    return {
        "width": WIDTH - 40,
        "height": {"step": 24},
        "data": {"values": list(values)},
        "encoding": {
            "y": {"field": "label", "type": "nominal", "sort": None,
                  "axis": {"ticks": False, "domain": False, "labelColor": INK}},
        },
        "layer": [
            {"mark": {"type": "bar", "height": 15, "cornerRadiusEnd": 2, "color": BLUE},
             "encoding": {"x": {"field": field, "type": "quantitative", "axis": None}}},
            {"mark": {"type": "text", "align": "left", "dx": 5},
             "encoding": {"x": {"field": field, "type": "quantitative"},
                          "text": {"field": "words"}}},
        ],
    }  # fmt: skip


def _coverage(table: Table) -> Spec:
    """Done against recommended: the tick is what was recommended."""
    values = [
        {
            "label": row.label,
            "share": (row.cells[0].permille or 0) / 10,
            "words": WITHHELD
            if row.cells[0].permille is None
            else formats.percent(row.cells[0].permille, 1000),
        }
        for row in table.rows[:MOST_LINES]
    ]
    plan = _lines(values, "share")
    layers = plan["layer"]
    assert isinstance(layers, list)  # noqa: S101 - made a line above
    layers[1]["encoding"]["x"] = {"value": WIDTH - 34}
    layers.insert(1, {
        "mark": {"type": "tick", "color": INK, "thickness": 2, "size": 20},
        "encoding": {"x": {"datum": 100}},
    })  # fmt: skip
    return plan


def _waterfall(table: Table) -> Spec:
    amounts = {row.code: row.cells[0].value or 0 for row in table.rows}
    cost, grant, net = amounts["cost"], amounts["grant"], amounts["net"]
    share = table.rows[1].cells[0].permille
    part = f"Subventions, {formats.percent(share, 1000, 1)}" if share else "Subventions"
    values = [
        {"step": "Coût", "low": 0, "high": cost, "words": formats.round_euros(cost), "ink": NIGHT},
        {"step": part, "low": net, "high": cost, "words": f"− {formats.round_euros(grant)}",
         "ink": PALE},
        {"step": "Reste à charge", "low": 0, "high": net, "words": formats.round_euros(net),
         "ink": "#0B5CAD"},
    ]  # fmt: skip
    scale = {"domain": [0, cost or 1]}
    return {
        "width": 390,
        "height": 130,
        "data": {"values": values},
        "encoding": {
            "x": {"field": "step", "type": "ordinal", "sort": None,
                  "axis": {"labelAngle": 0, "ticks": False, "labelFontSize": 13}},
        },
        "layer": [
            {"mark": {"type": "bar", "width": {"band": 0.72}, "cornerRadius": 2},
             "encoding": {"y": {"field": "low", "type": "quantitative", "axis": None,
                                "scale": scale},
                          "y2": {"field": "high"},
                          "color": {"field": "ink", "type": "nominal", "scale": None}}},
            {"mark": {"type": "text", "baseline": "bottom", "dy": -4, "fontWeight": 600,
                      "fontSize": 13},
             "encoding": {"y": {"field": "high", "type": "quantitative"},
                          "text": {"field": "words"}}},
        ],
    }  # fmt: skip


def _told(value: int | None) -> str:
    return WITHHELD if value is None else formats.number(value)


_KINDS: Mapping[str, Callable[[Table], Spec]] = {
    "columns": _columns,
    "bars": _bars,
    "heat": _heat,
    "ranked": _ranked,
    "coverage": _coverage,
    "waterfall": _waterfall,
}
