"""What each subcommand prints, where it prints it, and its exit code."""

import json
from pathlib import Path

import pytest

from presence.accounts.identity import identity_of_token
from presence.cli import main
from tests.stack import Servers
from tests.worlds import World


@pytest.fixture
def command(
    shared_demo: World, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> pytest.MonkeyPatch:
    """The environment of a command run beside the demonstration."""
    for name, value in servers.environment(shared_demo.database).items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.usefixtures("command")
def test_the_bilan_is_printed_as_the_object_that_others_rely_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = main(["bilan", "--from", "2013-11", "--to", "2013-11", "--format", "json"])

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert told["period"] == {"from": "2013-11", "to": "2013-11", "months": 1}
    assert told["interventions"] == 60
    assert told["actions"][0] == {"code": "mediation", "count": 56, "percent": 93.3}
    assert told["families_summoned"] == 20
    assert told["evenings"] == {"due": 30, "signed": 29, "missing": 1}
    assert told["finance"] == [
        {
            "year": 2013,
            "status": "forecast",
            "cost_cents": 7_000_000,
            "grant_cents": 3_280_000,
            "net_cents": 3_720_000,
        }
    ]


@pytest.mark.usefixtures("command")
@pytest.mark.parametrize("form", ["table", "csv"])
def test_the_bilan_has_a_writing_for_people_and_one_for_spreadsheets(
    capsys: pytest.CaptureFixture[str], form: str
) -> None:
    code = main(["bilan", "--from", "2013-11", "--to", "2013-11", "--format", form])

    assert code == 0
    assert "60" in capsys.readouterr().out


@pytest.mark.usefixtures("command")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["bilan", "--from", "2013-01", "--to", "2013-02"],
            "Aucun bilan publié",
        ),
        (["bilan", "--from", "janvier", "--to", "2013-02"], "n'est pas un mois"),
        (["aggregate", "--evening", "hier"], "n'est pas une date"),
        (["token", "--account", "personne@nulle.example", "--days", "1"], "Aucun compte ouvert"),
        (["token", "--account", "coordination@capi.example", "--days", "0"], "1 à 366 jours"),
        (["bilan", "--from", "2013-11"], "il manque --to"),
        (["inconnue"], "n'existe pas"),
    ],
    ids=lambda part: part[0] if isinstance(part, list) else None,
)
def test_a_refusal_is_one_french_sentence_on_standard_error(
    capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    code = main(arguments)

    told = capsys.readouterr()
    assert (code, told.out) == (2, "")
    assert sentence in told.err


@pytest.mark.usefixtures("command")
def test_a_token_is_printed_alone_and_works(
    shared_demo: World, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["token", "--account", "coordination@capi.example", "--days", "1"])

    secret = capsys.readouterr().out.strip()
    with shared_demo.app.app_context():
        identity = identity_of_token(secret)
    assert code == 0
    assert identity is not None
    assert identity.organisation_name == "CA Porte de l'Isère (CAPI)"


@pytest.mark.usefixtures("command")
def test_counting_an_evening_again_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    answers = []
    for _ in range(2):
        assert main(["aggregate", "--evening", "2013-12-04"]) == 0
        answers.append(json.loads(capsys.readouterr().out))

    assert answers[0] == answers[1]
    assert len(answers[0]["runs"]) == 2
    assert all(set(run) == {"bailleur", "rows", "version"} for run in answers[0]["runs"])


@pytest.mark.usefixtures("command")
def test_a_faulty_file_of_residences_is_refused_line_by_line(
    shared_demo: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before = shared_demo.scalar("select count(*) from presence.residence")
    file = tmp_path / "residences.csv"
    file.write_text(
        "agence;code;nom;adresse;insee;logements\nA;N1;Neuve;1 rue X;99999;2\n", "utf-8"
    )

    code = main(["import-residences", "--bailleur", "OPAC38", str(file)])

    assert code == 2
    assert "ligne 2, insee" in capsys.readouterr().err
    assert shared_demo.scalar("select count(*) from presence.residence") == before


@pytest.mark.usefixtures("command")
def test_a_file_is_compared_without_a_trace_when_asked(
    shared_demo: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    written = (
        "select (select count(*) from presence.entrance),"
        " (select count(*) from presence.residence), (select count(*) from presence.place_import)"
    )
    with shared_demo.superuser() as connection:
        before = connection.execute(written).fetchall()
    file = tmp_path / "residences.csv"
    file.write_text(
        "agence;code;nom;adresse;insee;logements\n"
        "A;N1;Neuve;1 rue X;38053;2\nA;N2;Neuve;1 rue X;99999;2\n",
        "utf-8",
    )

    code = main(["import-residences", "--bailleur", "OPAC38", "--dry-run", str(file)])

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (told["created"], told["refused"], told["refused_lines"]) == (1, 1, 1)
    assert told["absent"] >= 23
    with shared_demo.superuser() as connection:
        assert connection.execute(written).fetchall() == before


def test_a_file_is_imported_once_and_its_counts_are_printed_alone(
    demo: World,
    servers: Servers,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    for name, value in servers.environment(demo.database).items():
        monkeypatch.setenv(name, value)
    file = tmp_path / "residences.csv"
    file.write_text("agence;code;nom;adresse;insee;logements\nA;N1;Neuve;1 rue X;38053;2\n")

    printed = []
    for _ in range(2):
        assert main(["import-residences", "--bailleur", "OPAC38", str(file)]) == 0
        printed.append(json.loads(capsys.readouterr().out))

    assert [told["created"] for told in printed] == [1, 0]
    assert printed[1]["unchanged"] == 1
    assert demo.scalar("select count(*) from presence.residence where code = 'N1'") == 1


def test_without_a_running_demonstration_the_sentence_says_what_to_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PRESENCE_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)

    code = main(["bilan", "--from", "2013-11", "--to", "2013-11"])

    assert code == 1
    assert "make demo" in capsys.readouterr().err
