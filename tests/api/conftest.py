import pytest

from tests.api.client import AGENT, CAPI, LEADER, OPAC38, OPERATOR, PLURALIS, Caller, caller
from tests.worlds import World


@pytest.fixture
def opac(demo: World) -> Caller:
    return caller(demo, OPAC38)


@pytest.fixture
def pluralis(demo: World) -> Caller:
    return caller(demo, PLURALIS)


@pytest.fixture
def leader(demo: World) -> Caller:
    return caller(demo, LEADER)


@pytest.fixture
def agent(demo: World) -> Caller:
    return caller(demo, AGENT)


@pytest.fixture
def capi(demo: World) -> Caller:
    return caller(demo, CAPI)


@pytest.fixture
def operator(demo: World) -> Caller:
    return caller(demo, OPERATOR)
