"""`presence open-operator`: the first account of an installation."""

import pytest

from presence.cli import main
from tests.mailbox import link_in, received
from tests.worlds import World


def test_the_first_operator_chooses_their_password_by_mail(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("presence.cli.product.create_app", lambda _: world.app)
    monkeypatch.setattr("presence.cli.product.load", lambda: None)
    email = "premier@exploitant.example"

    code = main(["open-operator", "--account", email, "--name", "Premier Exploitant"])
    world.run_jobs()
    page = world.app.test_client().get(link_in(received(world, email)[-1])).text

    assert code == 0
    assert "Au moins 16 caractères" in page
    assert world.scalar("select count(*) from presence.account") == 1
