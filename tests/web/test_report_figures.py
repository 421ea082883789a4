"""The page of a report shows the figures that its files say."""

import html
import re

from hypothesis import example, given, settings

from presence.daily_reports import sealed
from presence.daily_reports.content import Content
from presence.daily_reports.summary import summarise
from tests.presence import printing
from tests.presence.test_report_exports import evenings, table
from tests.worlds import World


def shown(world: World, content: Content) -> str:
    """The block of figures of the page, its tags and entities taken away."""
    told = summarise(content)
    template = world.app.jinja_env.get_template("reports/figures.html")
    with world.app.test_request_context():
        block = str(template.module.figures(told.figures, None, None, told.state))  # type: ignore[attr-defined]
    bare = html.unescape(re.sub(r"<[^>]+>", " ", block))
    return re.sub(r"\s+", " ", bare).strip()


@settings(max_examples=25, deadline=None)
@given(content=evenings())
@example(content=printing.report(places=3))
def test_the_page_and_the_spreadsheet_say_the_same_figures(
    shared_demo: World, content: Content
) -> None:
    heads, _ = table(sealed.read(sealed.write(content)))

    page = shown(shared_demo, content)

    # Of an evening of which nothing came in, no figure is a zero.
    passages, interventions, police = (
        "—" if heads[name] == "Non reçu" else heads[name]
        for name in ("Passages faits", "Interventions", "Appels aux forces de l'ordre")
    )
    assert f"Passages {passages} / {heads['Passages prévus']} " in page
    assert f"Interventions {interventions} " in page
    assert f"Forces de l'ordre {police} " in page
    missing = {"Passages non effectués": "non effectué", "Passages non reçus": "non reçu"}
    for name, word in missing.items():
        if heads[name] not in {"0", "Non reçu"}:
            assert f"{heads[name]} {word}" in page
