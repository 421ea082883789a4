"""A report as a file for spreadsheets (export CSV): its figures, then one line per fact. Pure."""

from collections.abc import Iterator
from datetime import datetime

from presence.daily_reports.content import Content
from presence.daily_reports.printed import standing
from presence.daily_reports.summary import summarise
from presence.daily_reports.wording import Figures
from presence.kernel import formats
from presence.kernel.plain import literal
from presence.kernel.spreadsheets import csv_bytes

COLUMNS = (
    "Nature", "Rapport", "Version", "Date", "Heure", "Lieu", "Fait", "Résultat", "Précision",
    "Actions", "Partie commune", "Personnes", "Origine", "Forces de l'ordre", "Appelées à",
    "Sur place à", "Réponse",
)  # fmt: skip
Line = dict[str, str]
NOT_RECEIVED = "Non reçu"


def report_csv(content: Content, content_hash: str) -> bytes:
    """The file of a report whose sealed bytes have this SHA-256."""
    rows = [*_heads(content, content_hash), (), COLUMNS]
    rows += [tuple(line.get(title, "") for title in COLUMNS) for line in _facts(content)]
    return csv_bytes([literal(cell) for cell in row] for row in rows)


def _heads(content: Content, content_hash: str) -> Iterator[tuple[str, ...]]:
    told = summarise(content)
    yield from (
        ("Rapport", content.number),
        ("Version", str(content.version)),
        ("Bailleur", content.bailleur),
        ("Dispositif", content.scheme),
        ("Soirée du", formats.numeric_date(content.evening_on)),
        ("État", standing(content, told.state)),
        ("En une phrase", told.answer),
    )
    if content.signed_at is not None:
        yield "Signé par", content.signer or ""
        yield "Signé le", formats.moment(content.signed_at)
        yield "Empreinte SHA-256 du contenu", content_hash
    former = content.supersedes
    if former is not None:
        yield "Annule et remplace", former.number
        yield "Cause", former.cause.label
        yield "Raison", former.reason
        yield "Rectifié par", former.author
        yield "Rectifié le", formats.moment(former.at)
    yield from _figures(told.figures)


def _figures(figures: Figures) -> Iterator[tuple[str, str]]:
    """The numbers; of an evening of which nothing came in, none of the field's is a zero."""

    def known(value: int) -> str:
        return NOT_RECEIVED if figures.nothing_came else str(value)

    yield "Passages prévus", str(figures.planned)
    yield "Passages faits", known(figures.done)
    yield "Passages hors programme", known(figures.off_programme)
    yield "Passages non effectués", known(figures.not_done)
    yield "Passages non reçus", str(figures.not_received)
    yield "Interventions", known(figures.interventions)
    yield "Appels aux forces de l'ordre", known(figures.police)
    yield "Anomalies techniques", known(figures.anomalies)
    yield "Appels reçus", str(figures.calls)
    yield "Appels suivis d'une intervention", str(figures.calls_followed)


def _facts(content: Content) -> Iterator[Line]:
    """Every fact, kind by kind, each with the version that says it."""
    shared = {"Rapport": content.number, "Version": str(content.version)}
    for kind, lines in (
        ("Passage", _visits(content)),
        ("Non reçu", _not_received(content)),
        ("Intervention", _interventions(content)),
        ("Anomalie", _anomalies(content)),
        ("Appel", _calls(content)),
        ("Rectification", _changes(content)),
    ):
        for line in lines:
            yield {"Nature": kind} | shared | line


def _visits(content: Content) -> Iterator[Line]:
    for line in content.visits:
        yield _at(line.at, line.place) | {
            "Fait": "Passage",
            "Résultat": line.result.label,
            "Précision": line.reason.label if line.reason else "",
        }


def _not_received(content: Content) -> Iterator[Line]:
    for place in content.not_received:
        yield {
            "Date": formats.numeric_date(content.evening_on),
            "Lieu": place.place,
            "Fait": "Passage",
            "Résultat": NOT_RECEIVED,
            "Précision": "Ni fiche, ni motif",
        }


def _interventions(content: Content) -> Iterator[Line]:
    for line in content.interventions:
        yield _at(line.at, line.place) | {
            "Fait": line.situation.label,
            "Résultat": line.outcome.label,
            "Actions": ", ".join(action.label for action in line.actions),
            "Partie commune": line.area.label,
            "Personnes": line.people_band.label,
            "Origine": line.origin.label,
            "Forces de l'ordre": line.police_force.label if line.police_force else "",
            "Appelées à": _hour(line.police_called_at),
            "Sur place à": _hour(line.police_arrived_at),
            "Réponse": line.police_outcome.label if line.police_outcome else "",
        }


def _anomalies(content: Content) -> Iterator[Line]:
    for line in content.anomalies:
        since = formats.numeric_date(line.first_seen_on)
        seen = f"vue {formats.count(line.sightings, 'soirée')}, depuis le {since}"
        yield _at(line.at, line.place) | {
            "Fait": line.equipment.label,
            "Résultat": "Toujours là" if line.still_there else "Constatée réparée",
            "Précision": f"{seen}. {line.note}" if line.note else seen,
        }


def _calls(content: Content) -> Iterator[Line]:
    for line in content.calls:
        yield _at(line.called_at, line.place) | {
            "Fait": line.need.label,
            "Résultat": "Suivi d'une intervention" if line.followed_by else "",
            "Précision": f"Urgence : {line.urgency.label.lower()}",
        }


def _changes(content: Content) -> Iterator[Line]:
    for change in content.supersedes.changes if content.supersedes else ():
        yield {
            "Lieu": change.place,
            "Fait": change.field,
            "Résultat": change.after,
            "Précision": f"Avant : {change.before}",
        }


def _at(instant: datetime, place: str) -> Line:
    return {
        "Date": formats.numeric_date(formats.paris_date(instant)),
        "Heure": formats.hour(instant),
        "Lieu": place,
    }


def _hour(instant: datetime | None) -> str:
    return formats.hour(instant) if instant else ""
