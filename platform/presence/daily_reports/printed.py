"""What the printed page of a report says, in French, ready to be typeset. Pure."""

from collections.abc import Iterable, Sequence

from presence.daily_reports.content import Content, InterventionLine, Superseded
from presence.daily_reports.summary import Row, RowKind, Summary, summarise
from presence.daily_reports.wording import Figures, NightState
from presence.kernel import formats
from presence.kernel.nomenclature import Action

NOTHING = "—"
Cell = str | list[dict[str, str]]

ACTIONS = {
    Action.MEDIATION: ("mediation", "Médiation"),
    Action.HOUSE_RULES_REMINDER: ("reminder", "Rappel au règlement intérieur"),
    Action.POLICE_REQUEST: ("police", "Appel aux forces de l'ordre"),
    Action.EMERGENCY_CALL: ("other", "Appel aux secours"),
}
_SHAPES = {
    RowKind.NOT_DONE: "not_done",
    RowKind.NOT_RECEIVED: "not_received",
    RowKind.ANOMALY: "anomaly",
}
# Beyond, a row could be taller than a page: it may then be cut.
_WHOLE_ROW = 1_500


def page_data(content: Content, content_hash: str) -> dict[str, object]:
    """Every word of the page of a report whose sealed bytes have this SHA-256."""
    told = summarise(content)
    return {
        "title": f"Rapport journalier {content.number}",
        "keywords": [content.number, content.evening_on.isoformat()],
        "bailleur": content.bailleur,
        "number": content.number,
        "head": f"{content.bailleur} · {content.scheme}",
        "flags": _flags(content, told.state),
        "foot": _foot(content, content_hash),
        "evening": told.title,
        "standing": _version(content) + standing(content, told.state),
        "sentence": told.sentence,
        "emphasis": told.emphasis,
        "completeness": told.completeness,
        "figures": _figures(told),
        "rows_title": formats.count(len(told.rows), "ligne à lire", "lignes à lire"),
        "rows": [_row(_exception(row)) for row in told.rows],
        "quiet": _quiet(told.quiet),
        "superseded": _superseded(content.supersedes) if content.supersedes else None,
        "signature": signature(content),
        "proof": f"Empreinte SHA-256 du contenu : {content_hash}" if content.signed_at else "",
    } | _lists(content, told.figures)


def _lists(content: Content, figures: Figures) -> dict[str, object]:
    visits = sorted(content.visits, key=lambda visit: (visit.at, visit.id))
    calls = sorted(content.calls, key=lambda call: (call.called_at, call.place))
    followed = formats.count(figures.calls_followed, "suivi", "suivis")
    return {
        "calls_title": f"{_calls(figures)}, dont {followed} d'une intervention",
        "calls": [
            _row((
                formats.hour(call.called_at), call.place, call.need.label, call.urgency.label,
                "Suivi d'une intervention" if call.followed_by else NOTHING,
            ))
            for call in calls
        ],
        "visits_title": f"Annexe : les {formats.count(len(visits), 'passage')}, heure par heure",
        "visits": [
            _row((
                formats.hour(visit.at), visit.place, visit.result.label,
                visit.reason.label if visit.reason else NOTHING,
            ))
            for visit in visits
        ],
        "interventions_title": "Annexe : détail des interventions",
        "interventions": [
            _row((
                formats.hour(item.at), item.place, item.area.label, item.people_band.label,
                item.origin.label, _police(item),
            ))
            for item in sorted(content.interventions, key=lambda item: (item.at, item.id))
        ],
    }  # fmt: skip


def standing(content: Content, state: NightState) -> str:
    """« Signé », « Signé, provisoire », « Rectifié (v2) » or « Brouillon »."""
    if content.signed_at is None:
        return "Brouillon"
    word = f"Rectifié (v{content.version})" if content.supersedes else "Signé"
    return f"{word}, provisoire" if state is NightState.PROVISIONAL else word


def _version(content: Content) -> str:
    # A draft is no version yet.
    return f"Version {content.version} · " if content.signed_at else ""


def signature(content: Content) -> str:
    """« Signé par Nadia, le 04/12/2013 à 23:06. », or that nobody has signed yet."""
    if content.signed_at is None:
        return "Brouillon : la soirée n'est pas signée, ce document ne fait pas foi."
    return f"Signé par {content.signer}, le {formats.day_and_hour(content.signed_at)}."


def _flags(content: Content, state: NightState) -> list[str]:
    draft = ["BROUILLON"] if content.signed_at is None else []
    return draft + (["PROVISOIRE"] if state is NightState.PROVISIONAL else [])


def _foot(content: Content, content_hash: str) -> tuple[str, str]:
    """What stands before and after the page number."""
    if content.signed_at is None:
        return f"Rapport {content.number}", "brouillon, non signé"
    at = formats.day_and_hour(content.signed_at)
    return f"Rapport {content.number}", f"signé le {at} · empreinte {content_hash[:16]}…"


def _figures(told: Summary) -> list[dict[str, str]]:
    """The four figures; none when no round was due, no zero when nothing came in."""
    figures = told.figures
    if told.state is NightState.NO_ROUND:
        return []
    beside = formats.number(figures.off_programme)
    known = not figures.nothing_came
    police = formats.count(figures.police, "appel")
    return [
        _figure(
            "Passages faits", figures.done, known,
            f"sur {formats.count(figures.planned, 'prévu', 'prévus')}"
            + (f", {beside} hors programme" if figures.off_programme else ""),
        ),
        _figure("Interventions", figures.interventions, known,
                f"dont {police} aux forces de l'ordre" if figures.interventions else ""),
        _figure("Passages non effectués", figures.not_done, known,
                formats.count(figures.not_received, "non reçu", "non reçus")),
        _figure("Anomalies techniques", figures.anomalies, known, _calls(figures)),
    ]  # fmt: skip


def _figure(name: str, value: int, known: bool, rest: str) -> dict[str, str]:
    return {"name": name, "value": formats.number(value) if known else NOTHING, "rest": rest}


def _calls(figures: Figures) -> str:
    return formats.count(figures.calls, "appel reçu", "appels reçus")


def _exception(row: Row) -> tuple[Cell, ...]:
    fact: list[dict[str, str]] = [{"shape": _SHAPES.get(row.kind, ""), "word": row.what}]
    for action in row.actions:
        shape, word = ACTIONS.get(action, ("other", action.short_label))
        fact.append({"shape": shape, "word": word})
    hour = formats.hour(row.at) if row.at else NOTHING
    return hour, row.place, fact, row.detail or NOTHING, row.outcome


def _quiet(names: Sequence[str]) -> str:
    if not names:
        return ""
    counted = formats.count(len(names), "résidence")
    return f"{counted} sans rien à signaler : {', '.join(names)}."


def _superseded(former: Superseded) -> dict[str, object]:
    return {
        "title": f"Annule et remplace le rapport {former.number}",
        "why": f"{former.cause.label} : {former.reason}. Rectifié par {former.author}, "
        f"le {formats.day_and_hour(former.at)}.",
        "print": f"Empreinte du rapport remplacé : {former.content_hash}",
        "changes": [
            _row((change.place, change.field, change.before, change.after))
            for change in former.changes
        ],
    }


def _police(item: InterventionLine) -> str:
    if item.police_force is None:
        return NOTHING
    told = [item.police_force.label]
    if item.police_called_at:
        told.append(f"appel {formats.hour(item.police_called_at)}")
    if item.police_arrived_at:
        told.append(f"arrivée {formats.hour(item.police_arrived_at)}")
    if item.police_outcome:
        told.append(item.police_outcome.label.lower())
    return ", ".join(told)


def _row(cells: Iterable[Cell]) -> dict[str, object]:
    kept = list(cells)
    signs = sum(len(cell) for cell in kept if isinstance(cell, str))
    return {"cells": kept, "long": signs > _WHOLE_ROW}
