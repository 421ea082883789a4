"""Servers started once per run, template databases built once, private copies for each test."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.stack import RunningStack, Servers
from tests.worlds import EMPTY, SMALL_DEMO, World, cloned

VARIABLE = "PRESENCE_TEST_SERVERS"
settings.register_profile("house", database=None, deadline=None, derandomize=True)
settings.load_profile("house")
_running: list[RunningStack] = []
# The modules that take longest go first: the others fill what time the processes have left.
LONGEST_FIRST = (
    "journeys/test_full_demonstration", "web/test_browser", "workers/test_real_worker",
    "workers/test_delivery_worker", "api/test_robustness", "api/test_generated_requests",
    "web/test_rounds_pages", "devstack/test_supervisor",
)  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers, in the process that starts the others."""
    if hasattr(config, "workerinput"):
        os.environ[VARIABLE] = config.workerinput["servers"]
    elif not config.option.collectonly and VARIABLE not in os.environ:
        _running.append(RunningStack())
        os.environ[VARIABLE] = _running[0].servers.to_text()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell an xdist worker where the servers are."""
    node.workerinput["servers"] = os.environ[VARIABLE]  # type: ignore[attr-defined]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest modules first; the order inside a module stays."""

    def rank(item: pytest.Item) -> int:
        named = (place for place, name in enumerate(LONGEST_FIRST) if name in str(item.path))
        return next(named, len(LONGEST_FIRST))

    items.sort(key=rank)


def pytest_unconfigure() -> None:
    """Stop the servers that this process started."""
    while _running:
        _running.pop().stop()
        os.environ.pop(VARIABLE, None)


@pytest.fixture(scope="session")
def servers() -> Servers:
    """The run's servers."""
    return Servers.from_text(os.environ[VARIABLE])


@pytest.fixture
def world(servers: Servers) -> Iterator[World]:
    """An empty, migrated database of one's own."""
    with cloned(servers, EMPTY) as made:
        yield made


@pytest.fixture
def demo(servers: Servers) -> Iterator[World]:
    """A seeded demonstration of one's own, one month long."""
    with cloned(servers, SMALL_DEMO) as made:
        yield made


@pytest.fixture(scope="session")
def shared_demo(servers: Servers) -> Iterator[World]:
    """The same for tests that only read: one per process."""
    with cloned(servers, SMALL_DEMO) as made:
        yield made
