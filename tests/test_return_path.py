"""Signed return paths."""

import string
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliverystatus._return_path import LONGEST_REFERENCE, claims, return_path

SECRET = "a secret of the clinic's own"
references = st.text(min_size=1, max_size=LONGEST_REFERENCE).filter(
    lambda text: 0 < len(text.encode("utf-8", "replace")) <= LONGEST_REFERENCE and text.isprintable()
) | st.uuids().map(str)
recipients = st.emails()


@given(references, recipients)
def test_a_token_says_what_it_was_made_of(reference, recipient):
    """The reference comes back, and the recipient is known again, wherever the token stands."""
    token = return_path(SECRET, reference, recipient)
    (claim,) = claims([SECRET], [f"bounces+{token}@example.org"])
    assert reference == claim.reference
    assert claim.is_about(recipient)
    assert not claim.is_about(f"not-{recipient}")


@given(references, recipients)
def test_a_token_fits_into_a_local_part(reference, recipient):
    """It has at most 56 characters, that every server takes in a local part."""
    token = return_path(SECRET, reference, recipient)
    assert len(token) <= 56
    assert set(token) <= set(string.ascii_lowercase + "234567")


@given(references)
def test_case_may_be_lost(reference):
    """A server that writes local parts in capitals does no harm; nor does the recipient's spelling."""
    token = return_path(SECRET, reference, "Ada@Example.com")
    (claim,) = claims([SECRET], [token.upper()])
    assert (reference, True) == (claim.reference, claim.is_about("ada@example.COM"))


def test_a_token_is_opaque():
    """It shows neither the reference nor the recipient, and one octet of difference changes all of it."""
    one, other = (return_path(SECRET, f"A-100{n}", "ada@example.com") for n in (1, 2))
    assert sum(a == b for a, b in zip(one, other, strict=True)) < 12
    assert return_path(SECRET, "A-1001", "ada@example.com") == one


@pytest.mark.parametrize("place", range(40))
def test_a_changed_token_is_none(place):
    """One changed character anywhere, and it is not ours."""
    token = return_path(SECRET, "A-1001-of-the-clinic", "ada@example.com")
    changed = token[:place] + ("b" if token[place] == "a" else "a") + token[place + 1 :]
    assert () == claims([SECRET], [changed])


def test_an_old_secret_may_go_on_for_a_while():
    """Any of the secrets will do; another will not."""
    token = return_path("the secret of last year", "A-1001", "ada@example.com")
    assert ["A-1001"] == [claim.reference for claim in claims([SECRET, "the secret of last year"], [token])]
    assert () == claims([SECRET], [token])


@given(st.lists(st.text()))
def test_any_texts_are_searched(texts):
    """Texts of strangers hold no token, and do no harm."""
    assert () == claims([SECRET], texts)


@pytest.mark.parametrize("length", range(20, 60))
def test_what_looks_like_a_token(length):
    """Letters of any length are tried and found to be none."""
    assert () == claims([SECRET], ["a" * length])


def test_many_candidates():
    """A mail made of thousands of tokens is not searched for ever."""
    tokens = [return_path(b"x" * 16, f"{n}", "ada@example.com") for n in range(200)]
    assert len(claims([b"x" * 16], tokens)) == 64


@pytest.mark.parametrize("reference", ["", "x" * 21, "ä" * 11, str(UUID(int=1)) + "x", UUID(int=1).hex])
def test_references_that_do_not_fit(reference):
    """A reference that would not fit is refused, not cut."""
    with pytest.raises(ValueError, match="reference"):
        return_path(SECRET, reference, "ada@example.com")


def test_a_short_secret():
    """A secret that could be guessed is refused."""
    with pytest.raises(ValueError, match="secret"):
        return_path("short", "A-1001", "ada@example.com")
