"""The e-mails about an evening (courriels de transmission): plain text, one link, counts first.

The sentence, the completeness and the rows are the page's own (`Summary`). Nothing here follows
the reader: no picture, no parameter in the link. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from presence.daily_reports.summary import Row, Summary
from presence.kernel import formats
from presence.kernel.nomenclature import DeliveryKind

# Lines of one e-mail; the rest is on the page.
MOST_ROWS = 60
_FOOT = "\n\nVous choisissez ces courriels dans Présence : Mon compte, Mes courriels.\n"


@dataclass(frozen=True)
class Grave:
    """A grave fact (fait grave) as told at once: where, what, when."""

    place: str
    situation: str
    at: datetime


def evening_text(summary: Summary, version: int, link: str) -> str:
    """The body of an evening's report."""
    parts = [summary.answer]
    if version > 1:
        parts.append(f"Cette version {version} annule et remplace la précédente.")
    if summary.completeness:
        parts.append(f"{summary.completeness}.")
    if summary.rows:
        parts.append("\n".join(_rows(summary.rows)))
    if summary.quiet:
        parts.append(
            f"{formats.count(len(summary.quiet), 'résidence calme', 'résidences calmes')}."
        )
    parts.append(f"Tout lire :\n{link}")
    return "\n\n".join(parts) + _FOOT


def missing_text(evening_on: date, link: str) -> str:
    """The body that says that nothing came in: never « rien à signaler »."""
    return (
        f"Le rapport de la soirée du {formats.long_date(evening_on)} n'est pas signé : on ne sait "
        "encore rien d'elle. Vous serez prévenu dès qu'il le sera.\n\n"
        f"Voir la soirée :\n{link}" + _FOOT
    )


def weekly_title(first_on: date, last_on: date, told: int, interventions: int) -> str:
    """« Semaine du 25 novembre au 1 décembre : 6 soirées, 3 interventions »."""
    days = (
        f"{formats.long_date(first_on, weekday=False, year=False)} au "
        f"{formats.long_date(last_on, weekday=False, year=False)}"
    )
    happened = formats.count(interventions, "intervention") if interventions else "rien à signaler"
    return f"Semaine du {days} : {formats.count(told, 'soirée')}, {happened}"


def weekly_text(lines: Iterable[str], link: str) -> str:
    """The body of a week: one line per evening."""
    told = "\n".join(f"- {line}" for line in lines)
    return f"Vos soirées de la semaine :\n\n{told}\n\nTout lire :\n{link}" + _FOOT


def urgent_title(fact: Grave) -> str:
    """« Fait grave à 21:04 : … »: no place, subjects are shown on locked screens."""
    return f"Fait grave à {formats.hour(fact.at)} : {fact.situation.lower()}"


def urgent_text(fact: Grave, link: str) -> str:
    """The body of a grave fact, sent at once."""
    return (
        f"{fact.situation}, {fact.place}, à {formats.hour(fact.at)}.\n\n"
        "Dites que vous l'avez vu, pour que vos collègues et le prestataire le sachent :\n"
        f"{link}" + _FOOT
    )


# An amended report says so in the subject, by its version.
KIND_OF_VERSION = {True: DeliveryKind.EVENING, False: DeliveryKind.AMENDED}


def _rows(rows: tuple[Row, ...]) -> Iterable[str]:
    for row in rows[:MOST_ROWS]:
        where = f"{row.place}, {formats.hour(row.at)}" if row.at else row.place
        actions = ", ".join(action.label.lower() for action in row.actions)
        told = [row.what, actions, row.detail, row.outcome if row.outcome != "—" else ""]
        yield f"- {where} : " + ". ".join(part.rstrip(".") for part in told if part) + "."
    if len(rows) > MOST_ROWS:
        yield f"- et {formats.number(len(rows) - MOST_ROWS)} autres."
