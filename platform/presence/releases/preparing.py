"""A bilan prepared from a release's contributions (préparation), in the scheme's context.

Publishing and recalculating go the same way, so that the same inputs give the same bytes.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from presence import __version__
from presence.disclosure.cells import EVERYWHERE, Key, Shape
from presence.disclosure.rules import Policy, Rule, broken
from presence.disclosure.suppression import Plan, Request, protect
from presence.finance.queries import year_totals
from presence.kernel.errors import NotFound
from presence.kernel.formats import paris_date
from presence.patrimoine.queries import communes
from presence.releases import wording
from presence.releases.agreements import Opening, openings
from presence.releases.assembly import BASE, Ground, Head, assemble, wanted
from presence.releases.content import Bilan, Completeness, Perimeter, Year
from presence.releases.contributions import Ledger, Line, vintage_of
from presence.releases.filling import HIDDEN
from presence.releases.indicators import nature, splits
from presence.releases.layouts import Layout, Subject, layouts
from presence.releases.models import Contribution, Release, ReleaseCell
from presence.releases.policies import policy_in_force
from tenants.models import Membership
from tenants.scheme import memberships, scheme

# Taken at the end of a period: two periods do not add up.
STOCKS = frozenset({"dwellings", "residences", "repeat_entrances"})
# Given up first, in this order, rather than a figure of the whole territory.
EXPENDABLE = ("crossing", "combinations", "qpv", "people", "outcomes", "origins", "situations")
CODE_VERSION = __version__


@dataclass(frozen=True)
class Prepared:
    """A bilan's cells decided: its tables, what is shown, every value, and the bilan itself."""

    bilan: Bilan
    plan: Plan
    cells: dict[Key, tuple[int | None, str | None]]
    agreed: frozenset[str]


@dataclass(frozen=True)
class Frame:
    """What a release's cells are decided with, before any is asked for."""

    subject: Subject
    ledger: Ledger
    members: list[Membership]
    policy: Policy
    opened: list[Opening]
    request: Request

    def agreed(self, key: Key) -> bool:
        """Whether an agreement opens a cell."""
        return self.request.agreed(key)

    def rule(self, key: Key) -> Rule | None:
        """The rule that a cell breaks by itself."""
        return broken(
            self.policy, self.ledger.brought(key), nature(key.indicator), agreed=self.agreed(key)
        )

    def reason(self, key: Key) -> str:
        """What a reader is told of a withheld cell: never which rule hid it, that would tell."""
        few = len(self.members) < self.policy.least_contributors
        return Rule.TOO_FEW.value if few and not self.agreed(key) else HIDDEN


def framed(session: Session, release: Release) -> Frame:
    """Read all as it was at the instant of publication.

    Run again years later, the same inputs give the same bytes.
    """
    at = _instant(release)
    members = _members_during(session, release)
    ledger = ledger_of(session, release)
    policy = policy_in_force(session, release.scheme_id, paris_date(at))
    contributors = {m.bailleur_id for m in members} | ledger.contributors()
    opened = openings(session, contributors, at)
    subject = _subject(session, release, members, ledger)
    request = Request(
        wanted=(),
        already=already_shown(session, release, ledger),
        shape=Shape(splits(ledger.indicators("combination")), ledger.areas, {}, STOCKS),
        policy=policy,
        brought=ledger.brought,
        nature=nature,
        agreed=lambda key: any(item.opens(key, subject.from_on, subject.to_on) for item in opened),
        small_areas=_small_areas(subject, ledger, policy),
        precious=frozenset(subject.whole(code) for code in BASE),
    )
    return Frame(subject, ledger, members, policy, opened, request)


def prepare(session: Session, release: Release) -> Prepared:
    """Decide every cell of a release and write its bilan; nothing is stored here."""
    frame = framed(session, release)
    subject, ledger = frame.subject, frame.ledger
    tables, request, plan, dropped = _decide(
        subject, layouts(subject, ledger, frame.rule), frame.request
    )
    asked = frozenset(request.wanted)
    shown = plan.shown & asked
    values = {key: ledger.value(key) for key in asked}
    perimeter = _perimeter(subject, ledger, frame.members, shown, values)
    ground = Ground(
        subject, tables, shown, values, frame.reason, _completeness(release), perimeter,
        _years(session, release, frame.opened), frame.policy,
        tuple(item.sentence for item in frame.opened), dropped,
    )  # fmt: skip
    return Prepared(
        bilan=assemble(_head(session, release), ground),
        plan=plan,
        cells={
            key: (values[key], None) if key in shown else (None, frame.reason(key))
            for key in sorted(asked)
        },
        agreed=frozenset(code for item in frame.opened for code in item.indicators),
    )


def _decide(
    subject: Subject, tables: list[Layout], request: Request
) -> tuple[list[Layout], Request, Plan, tuple[str, ...]]:
    """Protect the tables; one that costs a main figure is not published at all."""
    asked = replace(request, wanted=frozenset(wanted(subject, tables)))
    plan = protect(asked)
    if not _main_lost(plan, request):
        return tables, asked, plan, ()
    dropped: list[str] = []
    bare = [table for table in tables if table.id not in EXPENDABLE]
    least = _main_lost(protect(replace(request, wanted=frozenset(wanted(subject, bare)))), request)
    for name in EXPENDABLE:
        lost = _main_lost(plan, request)
        kept = [table for table in tables if table.id != name]
        if lost <= least or len(kept) == len(tables):
            continue
        without = replace(request, wanted=frozenset(wanted(subject, kept)))
        better = protect(without)
        if _main_lost(better, request) < lost:
            dropped += [table.measure for table in tables if table.id == name]
            tables, asked, plan = kept, without, better
    return tables, asked, plan, tuple(dropped)


def _main_lost(plan: Plan, request: Request) -> int:
    """How many main figures are withdrawn for others' sake."""
    return len(plan.complementary & set(request.precious))


def ledger_of(session: Session, release: Release) -> Ledger:
    """The contributions of a release, and those of the others for the months outside it."""
    others = session.scalars(
        select(Release)
        .where(Release.published_at < _instant(release), Release.id != release.id)
        .order_by(Release.published_at.desc(), Release.id)
    ).all()
    ledger = Ledger()
    covered: list[tuple[date, date]] = []
    for source in (release, *others):
        inside = [
            row
            for row in session.execute(
                select(
                    Contribution.bailleur_id,
                    Contribution.indicator,
                    Contribution.month_on,
                    Contribution.insee_code,
                    Contribution.qpv,
                    Contribution.value,
                ).where(Contribution.release_id == source.id)
            )
            if not any(start <= row.month_on <= end for start, end in covered)
        ]
        ledger.add(Line(*row) for row in inside)
        covered.append((source.from_on, source.to_on))
    return ledger


def already_shown(session: Session, release: Release, ledger: Ledger) -> frozenset[Key]:
    """Cells of the other releases in force that still have the value they were published with.

    A figure that changed since is not tied to today's: it says nothing exact of them.
    """
    at = _instant(release)
    rows = session.execute(
        select(ReleaseCell, Release.from_on)
        .join(Release, Release.id == ReleaseCell.release_id)
        .where(
            Release.published_at < at,
            or_(Release.superseded_at.is_(None), Release.superseded_at > at),
            func.daterange(Release.from_on, Release.to_on, "[]")
            != func.daterange(release.from_on, release.to_on, "[]"),
            ReleaseCell.value.is_not(None),
        )
    )
    found = {
        Key(cell.indicator, cell.from_on, cell.to_on, cell.area, cell.members): cell.value
        for cell, _ in rows
        if cell.indicator not in STOCKS
    }
    return frozenset(key for key, value in found.items() if ledger.value(key) == value)


def _instant(release: Release) -> datetime:
    if release.published_at is None:
        raise NotFound
    return release.published_at


def _head(session: Session, release: Release) -> Head:
    named = scheme(session, release.scheme_id)
    if named is None or release.cut_off_at is None:
        raise NotFound
    return Head(
        release.id, named.name, named.territory_name, release.version, release.reason,
        _instant(release), release.cut_off_at, release.code_version or CODE_VERSION,
    )  # fmt: skip


def _subject(
    session: Session, release: Release, members: list[Membership], ledger: Ledger
) -> Subject:
    names = communes(session)
    places = {code: names.get(code, code) for code in ledger.communes}
    for area in ledger.priority_areas:
        insee, _, name = area.partition("/")
        places[area] = f"{name.partition(':')[2]} ({places[insee]})"
    joined, left = _moves(release, members)
    return Subject(
        release.from_on, release.to_on, tuple(day for _, day in (*joined, *left)), places
    )


def _moves(
    release: Release, members: list[Membership]
) -> tuple[list[tuple[str, date]], list[tuple[str, date]]]:
    """Who joined and who left inside the period, and the first day of each change."""
    joined = [
        (m.bailleur_name, m.valid_during.lower)
        for m in members
        if m.valid_during.lower and release.from_on < m.valid_during.lower <= release.to_on
    ]
    left = [
        (m.bailleur_name, m.valid_during.upper)
        for m in members
        if m.valid_during.upper and release.from_on < m.valid_during.upper <= release.to_on
    ]
    return joined, left


def _perimeter(
    subject: Subject,
    ledger: Ledger,
    members: list[Membership],
    shown: Collection[Key],
    values: dict[Key, int],
) -> Perimeter:
    def told(indicator: str) -> int | None:
        key = subject.whole(indicator)
        return values[key] if key in shown else None

    areas = ledger.priority_areas
    names = tuple(sorted({m.bailleur_name for m in members}))
    return Perimeter(
        members=len(names),
        names=names,
        residences=told("residences"),
        dwellings=told("dwellings"),
        communes=tuple(subject.places[code] for code in ledger.communes),
        qpv_vintage=vintage_of(areas[0]) if areas else None,
        moves=tuple(
            sentence
            for sentence in wording.moves(
                [
                    (m.bailleur_name, m.valid_during.lower)
                    for m in members
                    if m.valid_during.lower and m.valid_during.lower in subject.moves
                ],
                [
                    (m.bailleur_name, m.valid_during.upper)
                    for m in members
                    if m.valid_during.upper and m.valid_during.upper in subject.moves
                ],
            )
        ),
    )


def _completeness(release: Release) -> Completeness:
    due, signed = release.evenings_due or 0, release.evenings_signed or 0
    return Completeness(due, signed, wording.excluded(due - signed))


def _years(session: Session, release: Release, opened: Collection[Opening]) -> list[Year]:
    """The money of the calendar years that the period touches, where an agreement opens it."""
    if not any("finance" in item.indicators for item in opened):
        return []
    return [
        Year(
            row.year, "actual" if row.status == "actual" else "forecast", row.cost_cents,
            row.grant_cents, row.net_cents,
        )
        for row in year_totals(session, release.scheme_id)
        if release.from_on.year <= row.year <= release.to_on.year
    ]  # fmt: skip


def _small_areas(subject: Subject, ledger: Ledger, policy: Policy) -> frozenset[str]:
    places = {part for parts in ledger.areas.values() for part in parts} - {EVERYWHERE}
    return frozenset(
        area
        for area in places
        if ledger.value(subject.whole("dwellings", area)) < policy.least_dwellings
    )


def _members_during(session: Session, release: Release) -> list[Membership]:
    return [
        m
        for m in memberships(session, release.scheme_id)
        if (m.valid_during.lower or date.min) <= release.to_on
        and (m.valid_during.upper or date.max) > release.from_on
    ]
