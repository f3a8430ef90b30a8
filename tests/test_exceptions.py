"""The errors: one class per thing the caller does differently, and nothing of a payload in any of them."""

import copy
import pickle

import pytest

from deliverystatus import exceptions
from deliverystatus.exceptions import (
    CertificateNeeded,
    DeliveryStatusError,
    MissingExtra,
    MixedCopiesError,
    PayloadError,
    SignatureError,
    UnknownName,
)

EXAMPLES = (
    PayloadError("expected a string, got int", path="3.email"),
    PayloadError("expected an array, got dict"),
    MixedCopiesError("events of two copies"),
    UnknownName("provider", "sendgird", ("mailgun", "sendgrid")),
    MissingExtra("cli"),
    SignatureError("no secret was given", "pass one", "sendgrid"),
    CertificateNeeded("https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem"),
)

each_example = pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)


def pickled(error: Exception) -> Exception:
    """Send an error to another process and back."""
    return pickle.loads(pickle.dumps(error))  # noqa: S301 (our own)


def test_examples_are_total():
    """Every class is shown here."""
    classes = {each for each in vars(exceptions).values() if isinstance(each, type) and issubclass(each, Exception)}
    assert classes - {DeliveryStatusError} == {type(error) for error in EXAMPLES}


def test_the_tree_is_drawn():
    """Every class stands in the picture at the top of the module."""
    assert {type(error).__name__ for error in EXAMPLES} <= set((exceptions.__doc__ or "").split())


@each_example
def test_family(error: Exception):
    """Whoever catches the base catches them all."""
    assert isinstance(error, DeliveryStatusError)


@pytest.mark.parametrize(
    "error,base",
    [
        (PayloadError, ValueError),
        (MixedCopiesError, ValueError),
        (UnknownName, LookupError),
        (MissingExtra, ImportError),
    ],
)
def test_builtin_bases(error: type[Exception], base: type[Exception]):
    """Each is also the builtin error that fits, for callers who know nothing of this library."""
    assert issubclass(error, base)


@pytest.mark.parametrize(
    "error,message",
    [
        (EXAMPLES[0], "3.email: expected a string, got int"),
        (EXAMPLES[1], "expected an array, got dict"),
        (EXAMPLES[2], "events of two copies"),
        (EXAMPLES[3], "no provider named 'sendgird'; there are: mailgun, sendgrid"),
        (EXAMPLES[4], "this needs more packages: pip install 'deliverystatus[cli]'"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_messages(error: Exception, message: str):
    """A message says where, what was expected and what to do."""
    assert message == str(error)


@pytest.mark.parametrize(
    "error,attributes",
    [
        (EXAMPLES[0], {"problem": "expected a string, got int", "path": "3.email"}),
        (EXAMPLES[1], {"problem": "expected an array, got dict", "path": ""}),
        (EXAMPLES[3], {"what": "provider", "name": "sendgird", "known": ("mailgun", "sendgrid")}),
        (EXAMPLES[4], {"extra": "cli"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_attributes(error: Exception, attributes: dict[str, object]):
    """What the message says can be asked for."""
    assert attributes == {name: getattr(error, name) for name in attributes}


@each_example
@pytest.mark.parametrize("remade", [copy.copy, pickled])
def test_travels(error: Exception, remade):
    """An error that crosses a process says the same."""
    assert (str(error), vars(error)) == (str(remade(error)), vars(remade(error)))
