"""The sentences of a bilan (texte du bilan), made from shown figures alone. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date

from presence.disclosure.rules import Policy
from presence.kernel import formats
from presence.releases.content import Cell, Completeness, Fact, Perimeter, Table, Year

ACTIVITY = "Les chiffres décrivent l'activité des médiateurs, pas la délinquance."
Totals = Mapping[str, Cell]


def period_label(from_on: date, to_on: date) -> str:
    """« Novembre 2013 », « 4e trimestre 2013 », « Année 2012 », or both ends of the period."""
    months = (to_on.year - from_on.year) * 12 + to_on.month - from_on.month + 1
    if months == 1:
        return _capital(formats.month(from_on))
    if months == 12 and from_on.month == 1:
        return f"Année {from_on.year}"
    if months == 3 and from_on.month % 3 == 1:
        rank = from_on.month // 3 + 1
        return f"{rank}{'er' if rank == 1 else 'e'} trimestre {from_on.year}"
    return f"{_capital(formats.month(from_on))} – {formats.month(to_on)}"


def answer(totals: Totals, months: int) -> str:
    """« 1 430 interventions, soit 65 par mois. », or why nothing can be told."""
    found = totals["interventions"]
    if found.value is None:
        return f"Chiffres non communicables\u00a0: {found.withheld}."
    told = formats.count(found.value, "intervention")
    if months == 1 or not found.value:
        return f"{told} {'pendant le mois' if months == 1 else 'sur la période'}."
    return f"{told}, soit {formats.number(round(found.value / months))} par mois."


def paragraphs(totals: Totals, tables: Mapping[str, Table]) -> tuple[str, ...]:
    """What was done, how the service was rendered, where."""
    if totals["interventions"].value is None:
        return (
            (
                "Sans accord de partage signé par chacun, un total révélerait les chiffres de "
                "l'un à l'autre\u00a0: rien de plus fin n'est publié."
            ),
            ACTIVITY,
        )
    told = (_done(totals), _served(totals), _places(tables), ACTIVITY)
    return tuple(text for text in told if text)


def _done(totals: Totals) -> str:
    shares = [
        f"{words} dans {formats.percent(share, 1000)}"
        for words, share in (
            ("médiation", totals["action:mediation"].permille),
            ("rappel au règlement intérieur", totals["action:house_rules_reminder"].permille),
            (
                "demande d'intervention des forces de l'ordre",
                totals["action:police_request"].permille,
            ),
        )
        if share is not None
    ]
    families = totals["families_summoned"].value
    told = ""
    if shares:
        first, *others = shares
        told = _capital(", ".join([f"{first} des interventions", *others])) + "."
    if families is not None:
        count = formats.count(families, "famille convoquée", "familles convoquées")
        told += f" {count} par les bailleurs."
    return told.strip()


def _served(totals: Totals) -> str:
    visits, due = totals["visits"].value, totals["visits_due"].value
    if visits is None:
        return ""
    told = formats.count(visits, "passage effectué", "passages effectués")
    if due:
        told += f", soit {formats.percent(visits, due)} des passages recommandés par les bailleurs"
    return f"{told}."


def _places(tables: Mapping[str, Table]) -> str:
    communes = tables.get("communes")
    if communes is None or not communes.rows:
        return ""
    first = communes.rows[0]
    share = first.cells[0].permille
    if share is None or len(communes.rows) == 1:
        return ""
    return f"{first.label} compte {formats.percent(share, 1000)} des interventions du territoire."


def facts(totals: Totals, months: int, completeness: Completeness) -> tuple[Fact, ...]:
    """The five facts of the first page; a withheld one says n. c."""
    total = totals["interventions"].value
    monthly = f"soit {formats.number(round(total / months))} par mois" if total else ""
    return (
        Fact(_figure(total), "interventions", monthly if months > 1 else ""),
        Fact(_share(totals["action:mediation"]), "avec une médiation", "des interventions"),
        Fact(
            _share(totals["action:police_request"]),
            "avec un appel aux forces de l'ordre",
            "des interventions",
        ),
        Fact(_figure(totals["families_summoned"].value), "familles convoquées", "un compte"),
        Fact(
            formats.number(completeness.signed),
            "soirées signées",
            f"sur {formats.number(completeness.due)} dues",
        ),
    )


def excluded(missing: int) -> tuple[str, ...]:
    """What is left out of the figures."""
    if not missing:
        return ()
    verb = "exclue" if missing == 1 else "exclues"
    return (f"{formats.count(missing, 'soirée')} sans rapport signé, {verb} des chiffres",)


def moves(joined: Sequence[tuple[str, date]], left: Sequence[tuple[str, date]]) -> tuple[str, ...]:
    """Who joined and who left during the period."""
    return (
        *(f"{name} a rejoint le dispositif le {_day(day)}" for name, day in joined),
        *(f"{name} a quitté le dispositif le {_day(day)}" for name, day in left),
    )


def policy_sentences(policy: Policy) -> tuple[str, ...]:
    """The rules of secrecy as they were applied."""
    return (
        (
            f"Un total n'est publié que si {policy.least_contributors} bailleurs au moins y "
            f"contribuent, si aucun n'en fait plus de {policy.dominance_percent}\u00a0%, et si nul "
            f"ne peut estimer l'apport d'un autre à {policy.p_percent}\u00a0% près\u00a0; un "
            "accord de partage signé par chacun lève ces trois règles."
        ),
        (
            f"Un effectif de 1 à {policy.least_events - 1} faits, ou de 1 à "
            f"{policy.least_persons - 1} familles, n'est jamais publié, ni une case qui "
            "permettrait de le retrouver\u00a0; aucun accord ne lève cette règle."
        ),
        (
            f"Un lieu où moins de {policy.least_dwellings} logements sont couverts n'est pas "
            "distingué."
        ),
    )


def limits(perimeter: Perimeter, years: Sequence[Year], comparable: bool) -> tuple[str, ...]:
    """What the bilan cannot say."""
    told = [
        ACTIVITY,
        (
            "Une intervention peut comporter plusieurs actions\u00a0: les parts s'additionnent "
            "au-delà de 100\u00a0%."
        ),
        "Seules les soirées signées sont comptées.",
    ]
    if years and not comparable:
        told.append(
            "Le coût par intervention n'est pas calculé\u00a0: le financement suit l'année "
            "civile, le bilan une autre période."
        )
    if perimeter.qpv_vintage:
        told.append(
            f"Quartiers prioritaires selon la géographie de {perimeter.qpv_vintage}\u00a0: une "
            "autre géographie ne se compare pas."
        )
    return tuple(told)


def dropped(tables: Sequence[str]) -> tuple[str, ...]:
    """Tables that are not published, and why."""
    return tuple(
        f"Tableau non publié\u00a0: {name[:1].lower()}{name[1:]}. Il ferait retrouver des "
        "effectifs trop faibles."
        for name in tables
    )


def _figure(value: int | None) -> str:
    return "n.\u00a0c." if value is None else formats.number(value)


def _share(cell: Cell) -> str:
    return "n.\u00a0c." if cell.permille is None else formats.percent(cell.permille, 1000)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _day(day: date) -> str:
    return formats.long_date(day, weekday=False)
