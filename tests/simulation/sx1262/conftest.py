"""A simulated SX1262 with its lines in hand, alone or with another one on the air."""

import pytest

from tests.simulation.sx1262_host import Air, Host


@pytest.fixture
def air() -> Air:
    return Air()


@pytest.fixture
def host(air: Air) -> Host:
    return Host(air, "host")


@pytest.fixture
def ready(host: Host) -> Host:
    host.configure()
    assert host.chip.refusals == []
    return host


@pytest.fixture
def peer(air: Air) -> Host:
    peer = Host(air, "peer")
    peer.configure()
    return peer
