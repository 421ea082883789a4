"""Where the servers' files go when a folder is closed to the account that runs them."""

import os
from pathlib import Path

import pytest

from devstack.errors import StackError
from devstack.places import prepare, reachable_copy

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the servers to another")


@as_root
def test_under_a_closed_parent_the_servers_get_a_folder_that_their_account_can_reach(
    tmp_path: Path,
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    places = prepare(closed / "home")

    assert places.home == closed / "home"
    assert not places.servers.is_relative_to(closed)
    assert places.servers.stat().st_mode & 0o001
    places.servers.rmdir()


@as_root
def test_programs_of_a_closed_checkout_are_copied_with_what_stands_beside_them(
    tmp_path: Path,
) -> None:
    closed = tmp_path / "closed"
    (closed / "wheel" / "bin").mkdir(parents=True)
    (closed / "wheel.libs").mkdir()
    (closed / "wheel.libs" / "lib.so").write_text("x")
    closed.chmod(0o700)
    places = prepare(closed / "home")

    copied = reachable_copy(closed / "wheel", places, "wheel", beside=closed / "wheel.libs")

    assert (copied / "bin").is_dir()
    assert (copied.parent / "wheel.libs" / "lib.so").read_text() == "x"


def test_a_folder_that_cannot_be_written_is_said_in_french() -> None:
    with pytest.raises(StackError, match="PRESENCE_HOME=/chemin"):
        prepare(Path("/proc/nulle-part"))
