"""The vendored front-end files are those that the lock names."""

import pytest

from devstack.assets import PACKAGES, VENDOR, vendored


def test_every_vendored_file_is_there_and_nothing_else() -> None:
    assert {path.name for path in VENDOR.iterdir()} == set(vendored())


@pytest.mark.parametrize("name", sorted(vendored()))
def test_a_vendored_file_equals_its_package(name: str) -> None:
    if not PACKAGES.is_dir():
        pytest.skip("node_modules n'est pas installé (make test l'installe)")
    assert (VENDOR / name).read_bytes() == vendored()[name].read_bytes()
