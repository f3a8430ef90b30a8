"""Text from strangers: printable, bounded, and compared as mail compares addresses."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deliverystatus._text import LIMIT, comparable, cut, printable

TEXTS = st.text(st.characters())


@pytest.mark.parametrize(
    "text, clean",
    [
        ("", ""),
        ("250 OK", "250 OK"),
        ("zoë \U0001f4ec", "zoë \U0001f4ec"),
        ("a\x00b", "a\ufffdb"),
        ("\ud83d", "\ufffd"),
        ("zoë\udfff\x00", "zoë\ufffd\ufffd"),
    ],
)
def test_printable(text, clean):
    """NUL and lone surrogates become U+FFFD; nothing else changes."""
    assert clean == printable(text)


@given(TEXTS)
def test_printable_can_be_encoded(text):
    """What is printable can be encoded and stored, is as long as before, and stays as it is."""
    clean = printable(text)

    assert b"\x00" not in clean.encode()
    assert len(text) == len(clean)
    assert clean == printable(clean)


@pytest.mark.parametrize("text", ["plain", "zoë"])
def test_printable_text_is_not_copied(text):
    """Text that is printable already is given back itself: most is."""
    assert text is printable(text)


def test_cut():
    """Text is kept up to the limit, from its beginning."""
    assert ["a" * LIMIT, "a" * LIMIT] == [cut("a" * LIMIT), cut("a" * LIMIT + "b")]


@pytest.mark.parametrize(
    "one, other",
    [
        ("ada@example.com", "Ada@Example.COM"),
        ("ada@example.com", " ada@example.com\n"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@BÜCHER.example", "ADA@XN--BCHER-KVA.EXAMPLE"),
        ("ÄDA@example.com", "äda@example.com"),
        ("STRAßE@example.com", "strasse@example.com"),
        ("ada@mail\u3002example", "ada@mail.example"),
        ("+1 555 0100", "+1 555 0100 "),
        ("+1 555 0100", "15550100"),
        ("+1 (555) 01-00", "tel:+1.555.0100"),
        ("sms:+15550100", "WhatsApp:1 555\u00a00100"),
        ("rcs:+15550100", "whatsapp: +15550100"),
        ("0015550100", "+15550100"),  # no country's code begins with a nought
        ("00 1 555 0100", "tel:0015550100"),
        ("zoe\u0308@example.com", "zo\u00eb@example.com"),  # decomposed, as macOS writes it
        ("ada@bu\u0308cher.example", "ada@xn--bcher-kva.example"),
        ("ada@example.com.", "ada@example.com"),
        ("ada@example.com. .", "ada@example.com"),
        ("zo\u00eb@b\u00fccher.example.", "zo\u00eb@b\u00fccher.example"),
    ],
)
def test_spellings_of_one_recipient(one, other):
    """Case, outer blanks, composition, the root's dot and what stands between digits tell no recipients apart."""
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(
    "one, other",
    [
        ("ada@example.com", "ada+news@example.com"),
        ("ada@example.com", "a.da@example.com"),
        ("ada@example.com", "ada@example.org"),
        ("ädam@example.com", "adam@example.com"),
        ("+15550100", "+15550101"),
        ("015550100", "15550100"),  # one nought is of an area
        ("sms:ada", "ada"),  # a prefix of numbers only
    ],
)
def test_recipients_that_stay_apart(one, other):
    """Nothing else makes two recipients one: plus-addresses and dots do not."""
    assert comparable(one) != comparable(other)


@pytest.mark.parametrize("domain", ["ü." * 128 + "example", "ü..example", "ü" * 64 + ".example"])
def test_a_domain_that_is_no_host_name(domain):
    """A domain that IDNA refuses, or that is longer than one can be, is compared as it is spelled."""
    assert f"ada@{domain}" == comparable(f"Ada@{domain}")


@given(TEXTS | TEXTS.map("ada@".__add__))
@example("ada@ \u00ad")  # IDNA takes the soft hyphen away, and a blank is left at the end
def test_comparable_is_total(text):
    """Any text can be compared, and a comparable form is its own."""
    assert comparable(text) == comparable(comparable(text))
