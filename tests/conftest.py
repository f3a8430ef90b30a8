"""The flag for proofs that take minutes, and settings that all property tests share."""

import pytest
from hypothesis import HealthCheck, settings

# No deadline: a test that is slow once must not fail. One seed: what is red here is red everywhere.
settings.register_profile(
    "deliverystatus", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("deliverystatus")


def pytest_addoption(parser):
    """Add ``--exhaustive``."""
    parser.addoption("--exhaustive", action="store_true", help="also try every multiset of four events (minutes)")


def pytest_collection_modifyitems(config, items):
    """Leave out what is marked exhaustive, unless it was asked for."""
    if not config.getoption("--exhaustive"):
        for item in items:
            if item.get_closest_marker("exhaustive"):
                item.add_marker(pytest.mark.skip(reason="minutes long: run with --exhaustive"))
