"""What texts from phones mean, and how their numbers are written."""

import pytest

from deliverystatus import Channel, EventKind
from deliverystatus._phone import KEYWORDS, keyword, number_on


@pytest.mark.parametrize("word,kind", KEYWORDS.items())
def test_keywords(word, kind):
    """A keyword counts whatever its case and whatever punctuation stands around it, if it is the whole text."""
    for text in (word, word.upper(), f" {word.title()}!\r\n", f'"{word}".', word.replace(" ", "   ")):
        assert kind is keyword(text)
    for text in (f"{word} now", f"please {word}", f"{word}x", word.encode()):
        assert keyword(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "\u201cSTOP\u201d",
        "\u2019stop\u2019",
        "\u00ab Stop \u00bb",
        "STOP,",
        "(STOP)",
        "*STOP*",
        "_stop_",
        "stop\u200b",
        "\ufeffstop",
        "st\u00adop",
        "\uff33\uff34\uff2f\uff30",
        "\U0001f6d1\ufe0f STOP \U0001f44e\U0001f3fd",
        "stop-all",
        "STOP\u2013ALL",
        "opt-out",
        "Opt\u2011Out.",
        "opt\u00a0out",
        "ARRET",
        "ARR\u00caT",
        "arre\u0302t",
        "Arr\u00eate !",
        "ARRETT",
        "stop" + " " * 40,
    ],
)
def test_however_a_stop_is_written(text):
    """A stop counts with curly quotes, brackets, emoji, accents, hyphens, and with what a phone adds that nobody sees."""
    assert EventKind.UNSUBSCRIBED is keyword(text)


@pytest.mark.parametrize(
    "text",
    [
        None,
        7,
        "",
        " ",
        "-",
        "\u200b",
        "yes",
        "YES",
        "no",
        "help",
        "end-of-day",
        "s.t.o.p",
        "stop?!stop",
        "\ud83d",
        "stop" + " " * 5_000,
        "\ufdfa" * 60,
        ["stop"],
    ],
)
def test_other_texts(text):
    """Everything else is no keyword: an appointment is answered with yes."""
    assert keyword(text) is None


@pytest.mark.parametrize(
    "written,number,channel",
    [
        ("+15005550006", "+15005550006", None),
        ("whatsapp:+15005550006", "+15005550006", Channel.WHATSAPP),
        ("WhatsApp: +15005550006", "+15005550006", Channel.WHATSAPP),
        ("whatsapp:", "whatsapp:", Channel.WHATSAPP),
        ("rcs:+15005550006", "+15005550006", Channel.SMS),
        ("RCS:+1 (500) 555-0006", "+1 (500) 555-0006", Channel.SMS),
        ("sms:+15005550006", "+15005550006", Channel.SMS),
        ("messenger:15005550006", "messenger:15005550006", None),
    ],
)
def test_numbers(written, number, channel):
    """What stands before a number names its channel, and is no part of the number."""
    assert (number, channel) == number_on(written)


@pytest.mark.parametrize(
    "written,channel",
    [
        ("rcs:example_agent", Channel.SMS),
        ("rcs:7_agent", Channel.SMS),
        ("rcs:+", Channel.SMS),
        ("rcs:1" + "0" * 5_000, Channel.SMS),
        ("whatsapp:US.15005550006", Channel.WHATSAPP),
    ],
)
def test_what_is_no_number(written, channel):
    """The name of an agent, or of a person, keeps its prefix, so that it is held against nobody's phone."""
    assert (written, channel) == number_on(written)
