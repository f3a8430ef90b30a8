"""The tables of codes: the whole registry once, and what follows from every reason."""

import re

import pytest

from deliverystatus import Party, Permanence, Reason
from deliverystatus import _codes as codes

#: The highest detail of each subject in the IANA registry (RFC 5248), and the lowest: X.0 has 0 alone.
REGISTRY = {"0": (0, 0), "1": (0, 10), "2": (0, 4), "3": (0, 6), "4": (0, 7), "5": (0, 6), "6": (0, 10), "7": (0, 30)}
REGISTERED = [f"{subject}.{detail}" for subject, (low, high) in REGISTRY.items() for detail in range(low, high + 1)]


def test_registry_is_whole():
    """The registry has 81 codes without their class digit."""
    assert 81 == len(REGISTERED)


def test_every_registered_code_once():
    """Each registered code names a cause, names a neighbourhood, or is no failure: one of the three, and no other code."""
    listed = [*codes.SPECIFIC, *codes.GENERIC, *codes.NO_FAILURE]
    assert sorted(REGISTERED) == sorted(listed)


def test_generic_codes_are_the_vague_ones():
    """Only "other" details, and X.7.1 that everybody uses for everything, wait until the words were read."""
    assert {code for code in REGISTERED if code.endswith(".0")} | {"7.1"} == set(codes.GENERIC)


def test_consequences_are_total():
    """Every reason has its consequence."""
    assert set(Reason) == set(codes.CONSEQUENCES)


@pytest.mark.parametrize("reason", Reason)
def test_only_the_addresss_own_fault_is_bad(reason: Reason):
    """Whoever is at fault, it is an address only if it does not exist or cannot be reached at all (law 8)."""
    bad = {Reason.UNKNOWN_RECIPIENT, Reason.INVALID_ADDRESS, Reason.UNKNOWN_DOMAIN}
    assert (reason in bad) is codes.CONSEQUENCES[reason].bad_address


@pytest.mark.parametrize("reason", [reason for reason, follows in codes.CONSEQUENCES.items() if follows.bad_address])
def test_a_bad_address_lasts(reason: Reason):
    """An address that is bad stays so until the sender corrects it."""
    follows = codes.CONSEQUENCES[reason]
    assert (Permanence.PERMANENT, Party.STAFF) == (follows.permanence, follows.who_acts)


@pytest.mark.parametrize("code", codes.REPLIES)
def test_reply_codes(code: str):
    """Reply codes of refusals are of the classes 4 and 5; 571 is in no RFC, and seen."""
    assert re.fullmatch("[45][0-5][0-9]|571", code)


@pytest.mark.parametrize("command,code", codes.REPLIES_AT)
def test_replies_at_a_command(command: str, code: str):
    """A command changes what a reply means; a row that changes nothing is noise."""
    assert codes.REPLIES_AT[command, code] is not codes.REPLIES.get(code)


def test_unregistered_codes():
    """A code that is in the registry means elsewhere what the registry says."""
    assert set() == set(codes.UNREGISTERED) & set(REGISTERED)


@pytest.mark.parametrize("host", codes.AT_HOST)
def test_codes_at_a_host(host: str):
    """A host has a table of its own because it does not follow the registry."""
    assert any(reason is not codes.SPECIFIC.get(code) for code, reason in codes.AT_HOST[host].items())
