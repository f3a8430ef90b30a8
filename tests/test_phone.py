"""What texts from phones mean, and how their numbers are written."""

import pytest

from deliverystatus import Channel
from deliverystatus._phone import KEYWORDS, keyword, number_on


@pytest.mark.parametrize("word,kind", KEYWORDS.items())
def test_keywords(word, kind):
    """A keyword counts whatever its case and whatever punctuation stands around it, if it is the whole text."""
    for text in (word, word.upper(), f" {word.title()}!\r\n", f'"{word}".', word.replace(" ", "   ")):
        assert kind is keyword(text)
    for text in (f"{word} now", f"please {word}", f"{word}x", word.encode()):
        assert keyword(text) is None


@pytest.mark.parametrize("text", [None, 7, "", " ", "yes", "YES", "no", "help", "stop" + " " * 5_000, ["stop"]])
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
        ("sms:+15005550006", "sms:+15005550006", None),
    ],
)
def test_numbers(written, number, channel):
    """What stands before a number names its channel, and is no part of the number."""
    assert (number, channel) == number_on(written)
