"""Wire the pages: blueprints, filters of the templates, sign-in, CSRF, headers, errors."""

from flask import Flask

from presence.kernel import formats
from presence.throttling import limiter
from presence.web import (
    account,
    agents,
    anomalies,
    anomaly_entry,
    bilan,
    bilan_files,
    calendar,
    closing,
    contracts,
    corrections,
    deadlines,
    deliveries,
    door,
    errors,
    evening,
    field_sheet,
    follow_ups,
    handover,
    headers,
    hours,
    imports,
    isolation,
    journal,
    links,
    members,
    night,
    onboarding,
    operations,
    own_shifts,
    place_history,
    places,
    preferences,
    programme,
    report_files,
    reports,
    residences,
    rights,
    roster,
    rounds,
    session,
    shares,
    sites,
    surface,
    transfers,
    verification,
)
from presence.web.browsers import browser_name
from presence.web.edge import csrf, login_manager, signed_in
from presence.web.navigation import entries
from presence.web.wording import changed_fields

BLUEPRINTS = (
    session.blueprint, night.blueprint, residences.blueprint, evening.blueprint,
    follow_ups.blueprint, anomalies.blueprint, anomaly_entry.blueprint, place_history.blueprint,
    bilan.blueprint, bilan_files.blueprint, links.blueprint, shares.blueprint, operations.blueprint,
    account.blueprint, door.blueprint,
    members.blueprint, rights.blueprint, contracts.blueprint, journal.blueprint,
    isolation.blueprint, surface.blueprint, rounds.blueprint, transfers.blueprint,
    places.blueprint, onboarding.blueprint, hours.blueprint,
    imports.blueprint, report_files.blueprint, verification.blueprint,
    sites.blueprint, field_sheet.blueprint, programme.blueprint,
    roster.blueprint, agents.blueprint, own_shifts.blueprint, calendar.blueprint,
    deliveries.blueprint, preferences.blueprint, handover.blueprint,
    reports.blueprint, closing.blueprint, corrections.blueprint, deadlines.blueprint,
)  # fmt: skip
FILTERS = {
    "number": formats.number,
    "euros": formats.euros,
    "round_euros": formats.round_euros,
    "long_date": formats.long_date,
    "short_date": formats.short_date,
    "numeric_date": formats.numeric_date,
    "month": formats.month,
    "hour": formats.hour,
    "moment": formats.moment,
    "date_of": formats.paris_date,
    "browser_name": browser_name,
    "changed_fields": changed_fields,
}


def init_pages(app: Flask, *, production: bool, banner: str | None) -> None:
    """Make an application serve the pages."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(count=formats.count, percent=formats.percent)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    login_manager.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    headers.install(app, production=production)
    surface.install(app)
    errors.install(app)

    def everywhere() -> dict[str, object]:
        identity = signed_in()
        return {
            "identity": identity,
            "navigation": entries(identity) if identity else [],
            "banner": banner,
        }

    app.context_processor(everywhere)
