from itertools import permutations

import pytest

from deliverystatus import Copies, CopyKey, EventKind, Status, fold, fold_copies
from deliverystatus.testing import event

ADA = "ada@example.com"
SOME_PART = {"recipient": "+491701234567", "channel": "sms", "reference": "r-1", "part": (0, 0)}
BY_REFERENCE = {"provider": None, "message_id": None, "reference": "r-1"}
BY_ID = {"provider": "example", "message_id": "m-1", "reference": None}
BY_BOTH = {"provider": "example", "message_id": "m-1", "reference": "r-1"}
BY_NOTHING = {"provider": "example", "message_id": None, "reference": None}


def copies_of(*events):
    """Fold *events* in every order, which must give equal copies; give them."""
    found = [fold_copies(order) for order in permutations(events)]
    assert all(found[0] == other for other in found)
    return found[0]


class TestOneCopy:
    """What is of one copy."""

    def test_own_side_answer_and_webhook(self):
        """A pending with the reference, the answer with both ids, and a webhook with the provider's: one copy."""
        copies = copies_of(
            event("pending", at=0, **BY_REFERENCE),
            event("accepted", at=1, **BY_BOTH),
            event("delivered", at=2, **BY_ID),
        )

        assert [CopyKey(ADA, "r-1", "example", None, "m-1")] == list(copies)
        assert [Status.DELIVERED] == [record.status for record in copies.values()]

    def test_a_chain_of_ids(self):
        """Ids lead on: what shares an id with a part of a copy is of the copy, however long the way."""
        ids = [("r-1", "m-1"), ("r-1", "m-2"), ("r-2", "m-2"), ("r-2", "m-3")]
        copies = copies_of(*(event("sent", at=at, reference=r, message_id=m) for at, (r, m) in enumerate(ids)))

        assert [CopyKey(ADA, "r-1", "example", None, "m-1")] == list(copies)
        assert {"r-1", "r-2"} == set(*(record.references for record in copies.values()))

    def test_spellings_of_a_recipient(self):
        """Cases, blanks and the two spellings of an international domain are one recipient."""
        spellings = ["ada@bücher.example", "Ada@xn--bcher-kva.example", "ADA@BÜCHER.EXAMPLE", " ada@bücher.example"]
        copies = fold_copies([event("sent", at=at, recipient=each) for at, each in enumerate(spellings)])

        assert ["ada@xn--bcher-kva.example"] == [key.recipient for key in copies]

    def test_plus_addresses_are_others(self):
        """What stands after a plus is part of the address."""
        copies = fold_copies([event("sent", recipient=each) for each in ("ada@example.com", "ada+x@example.com")])

        assert 2 == len(copies)


class TestTwoCopies:
    """What is not."""

    def test_two_recipients_of_one_message(self):
        """A message to two people has two copies, each with its own fate."""
        copies = copies_of(
            event("delivered", recipient="ada@example.com"), event("bounced", recipient="bob@example.com")
        )

        assert {"ada@example.com": "delivered", "bob@example.com": "bounced"} == {
            key.recipient: record.status for key, record in copies.items()
        }

    def test_two_recipients_of_one_reference(self):
        """The sender's reference joins events of one recipient only."""
        copies = copies_of(event("pending", recipient="ada@example.com"), event("pending", recipient="bob@example.com"))

        assert 2 == len(copies)

    @pytest.mark.parametrize("other", [{"provider": "other"}, {"account": "second"}, {"message_id": "m-2"}])
    def test_an_id_is_the_providers_and_the_accounts(self, other):
        """Two providers, or two accounts, may give the same id to two messages."""
        copies = copies_of(event("sent"), event("delivered", **other))

        assert 2 == len(copies)

    def test_sent_again(self):
        """Sending again under another reference makes a new copy, and leaves the old one as it was."""
        copies = copies_of(
            event("bounced", message_id="m-1", reference="r-1"),
            event("delivered", message_id="m-2", reference="r-2"),
        )

        assert {"r-1": "bounced", "r-2": "delivered"} == {key.reference: each.status for key, each in copies.items()}

    def test_parts_of_a_text_message(self):
        """Each part of an SMS is its own copy."""
        parts = [
            event(kind, recipient="+491701234567", channel="sms", part=part, reference="r-1")
            for kind, part in [("delivered", (1, 2)), ("sent", (2, 2)), ("sent", (1, 2))]
        ]
        copies = copies_of(*parts)

        assert {(1, 2): "delivered", (2, 2): "sent"} == {key.part: record.status for key, record in copies.items()}

    def test_parts_that_are_not_numbered(self):
        """Parts with ids are copies of their own, though a reference is shared; what our side said is said of each."""
        whole = {**SOME_PART, "part": None}
        events = [
            event("pending", **whole | {"message_id": None, "provider": None}),
            event("accepted", message_id="a", **SOME_PART | {"part": (1, 2)}),
            event("accepted", message_id="b", **SOME_PART | {"part": (2, 2)}),
            event("delivered", message_id="a", **SOME_PART),
            event("sent", message_id="b", **SOME_PART),
        ]
        copies = copies_of(*events)

        assert {(1, 2): ["accepted", "delivered", "pending"], (2, 2): ["accepted", "pending", "sent"]} == {
            key.part: sorted(map(str, record.kinds)) for key, record in copies.items()
        }

    def test_a_part_that_is_the_only_one(self):
        """What our side said of a reference is of the part that has it, or of both."""
        ours = event("pending", **SOME_PART | {"part": None, "message_id": None, "provider": None})
        one, other = (event("delivered", message_id=name, **SOME_PART) for name in "ab")
        again = event("sent", message_id="a", **SOME_PART)

        def kinds(*events):
            return sorted(sorted(map(str, each.kinds)) for each in copies_of(*events).values())

        assert [["delivered", "pending", "sent"]] == kinds(ours, one, again)
        assert [["delivered", "pending"], ["delivered", "pending"]] == kinds(ours, one, other)

    def test_parts_whose_ids_were_not_numbered_either(self):
        """What our side was answered is of the part with that id; a part of which nothing came yet is one nevertheless."""
        ours = [event("accepted", message_id=name, **SOME_PART | {"part": None}) for name in "ab"]
        parts = [event(kind, message_id=name, **SOME_PART) for name, kind in [("a", "delivered"), ("b", "bounced")]]

        def kinds(*events):
            return sorted(sorted(map(str, each.kinds)) for each in copies_of(*events).values())

        assert [["accepted", "bounced"], ["accepted", "delivered"]] == kinds(*ours, *parts)
        assert [["accepted"], ["accepted", "delivered"]] == kinds(*ours, parts[0])
        assert [["accepted", "delivered"]] == kinds(ours[0], parts[0])

    def test_a_part_is_not_of_another_id(self):
        """What is known of another id of the same reference is of another part."""
        ours = event("accepted", message_id="b", **SOME_PART | {"part": None})
        part = event("delivered", message_id="a", **SOME_PART)

        assert [["accepted"], ["delivered"]] == sorted(
            sorted(map(str, each.kinds)) for each in copies_of(ours, part).values()
        )

    def test_parts_of_one_id(self):
        """Where the parts share the id of the whole, what is said of the whole is said of each."""
        one = {"recipient": "+491701234567", "channel": "sms", "reference": "r-1"}
        copies = copies_of(
            event("pending", message_id=None, provider=None, **one),
            event("accepted", message_id="u", **one),
            event("delivered", message_id="u", part=(1, 2), **one),
            event("sent", message_id="u", part=(2, 2), **one),
        )

        assert {(1, 2): ["accepted", "delivered", "pending"], (2, 2): ["accepted", "pending", "sent"]} == {
            key.part: sorted(map(str, record.kinds)) for key, record in copies.items()
        }

    def test_parts_that_only_share_a_reference(self):
        """An id that no numbered part has is that of the whole: what was said with it is said of each."""
        one = {"recipient": "+491701234567", "channel": "sms", "reference": "r-1"}
        copies = copies_of(
            event("accepted", message_id="whole", **one),
            event("delivered", message_id="a", part=(1, 2), **one),
            event("delivered", message_id="b", part=(2, 2), **one),
        )

        assert [["accepted", "delivered"]] * 2 == [sorted(map(str, each.kinds)) for each in copies.values()]

    def test_an_id_that_two_numbered_parts_have(self):
        """What nobody numbered, with an id that two parts have, is of neither: it is a part that was not told apart."""
        one = {"recipient": "+491701234567", "channel": "sms", "message_id": "u"}
        events = [event("sent", part=part, **one) for part in [(1, 2), (2, 2), (0, 0)]]

        assert {(1, 2), (2, 2), (0, 0)} == {key.part for key in copies_of(*events)}

    def test_a_message_beside_one_in_parts(self):
        """Another message to the same number stays as it is."""
        part = event("delivered", message_id="a", **SOME_PART)
        other = event("accepted", message_id="z", reference="r-2", recipient=SOME_PART["recipient"], channel="sms")

        assert {(0, 0): "delivered", None: "accepted"} == {
            key.part: str(each.status) for key, each in copies_of(part, other).items()
        }

    def test_a_part_without_a_reference(self):
        """A part may have its message id alone, and what is known of that id is of it."""
        bare = {"recipient": "+491701234567", "channel": "sms", "message_id": "a"}
        copies = copies_of(event("accepted", **bare), event("delivered", part=(0, 0), **bare))

        assert [((0, 0), "delivered")] == [(key.part, str(each.status)) for key, each in copies.items()]

    def test_ids_in_angle_brackets(self):
        """Mailgun and Brevo answer the send call with the id in angle brackets, and may report it without."""
        copies = copies_of(
            event("accepted", message_id="<m-1@example.org>"), event("delivered", message_id="m-1@example.org")
        )

        assert [Status.DELIVERED] == [record.status for record in copies.values()]

    def test_one_id_on_two_channels(self):
        """A provider that tries a number on two channels under one id has two copies, in whatever order they are told of."""
        one = {"recipient": "+491701234567", "message_id": "m-1", "reference": "r-1"}
        copies = copies_of(event("delivered", channel="sms", **one), event("opened", channel="whatsapp", **one))

        assert {"sms": "delivered", "whatsapp": "opened"} == {
            str(key.channel): str(record.status) for key, record in copies.items()
        }

    def test_mail_has_no_parts(self):
        """A part that an e-mail event claims is not looked at."""
        copies = copies_of(event("sent", part=(1, 2)), event("delivered", part=(2, 2)))

        assert [None] == [key.part for key in copies]


class TestUncorrelated:
    """What names no copy."""

    @pytest.mark.parametrize("missing", [{"message_id": None}, {"recipient": None}])
    def test_makes_up_no_copy(self, missing):
        """An event without an id, or without a recipient, is kept apart: it makes up no copy, and joins none."""
        lost = event("bounced", **missing)
        copies = copies_of(event("delivered"), lost)

        assert [Status.DELIVERED] == [record.status for record in copies.values()]
        assert (lost,) == copies.uncorrelated

    def test_a_message_id_header_leads_to_its_copy(self):
        """Without an id, the Message-ID leads to the copy of that recipient and provider where it was seen."""
        header = {"internet_message_id": "1@example.com"}
        copies = copies_of(event("delivered", **header), event("bounced", **BY_NOTHING, **header))

        assert [Status.BOUNCED] == [record.status for record in copies.values()]
        assert () == copies.uncorrelated

    @pytest.mark.parametrize(
        "other",
        [
            {"internet_message_id": "2@example.com"},
            {"internet_message_id": None},
            {"recipient": "bob@example.com"},
            {"provider": "other"},
            {"account": "second"},
        ],
    )
    def test_another_message_id_header_leads_nowhere(self, other):
        """Another header, another recipient, another provider or account: another copy, and nobody knows which."""
        lost = event("bounced", **{**BY_NOTHING, "internet_message_id": "1@example.com", **other})
        copies = copies_of(event("delivered", internet_message_id="1@example.com"), lost)

        assert (lost,) == copies.uncorrelated

    def test_a_message_id_header_of_two_copies_leads_to_neither(self):
        """Where a message was sent again with its Message-ID, nobody can say which copy is meant: it is not guessed."""
        header = {"internet_message_id": "1@example.com"}
        lost = event("bounced", **BY_NOTHING, **header)
        copies = copies_of(event("sent", message_id="m-1", **header), event("sent", message_id="m-2", **header), lost)

        assert (lost,) == copies.uncorrelated
        assert [Status.SENT] * 2 == [record.status for record in copies.values()]

    def test_test_mode(self):
        """What a provider's test mode reports makes up no copy, and joins none."""
        practice = event("bounced", at=9, test=True)
        copies = copies_of(event("delivered"), practice)

        assert [Status.DELIVERED] == [record.status for record in copies.values()]
        assert (practice,) == copies.tests
        assert () == copies.uncorrelated


class TestCopies:
    """The mapping."""

    def test_reads_as_a_mapping(self):
        """Copies are a mapping from key to record, of as many as there are."""
        delivered = event("delivered")
        copies = fold_copies([delivered])
        key = CopyKey(ADA, None, "example", None, "m-1")

        assert {key: fold([delivered])} == dict(copies)
        assert fold([delivered]) == copies[key]
        assert 1 == len(copies)

    def test_in_the_order_in_which_they_were_first_heard_of(self):
        """A copy whose parts are found to be one late stands where it was first heard of."""
        copies = fold_copies(
            [
                event("pending", recipient="ada@example.com", **BY_REFERENCE),
                event("sent", recipient="bob@example.com", **BY_ID),
                *(event(kind, recipient="ada@example.com", **BY_ID) for kind in ("sent", "deferred", "delivered")),
                event("accepted", recipient="ada@example.com", **BY_BOTH),
            ]
        )

        assert ["ada@example.com", "bob@example.com"] == [key.recipient for key in copies]

    def test_equal_whatever_came_first_and_however_often(self):
        """Order and repetition make no difference; anything else does."""
        known, lost, practice = event("sent"), event("bounced", **BY_NOTHING), event("sent", test=True)
        copies = fold_copies([known, lost, practice])

        assert copies == fold_copies([practice, lost, known, lost, known, practice])
        assert copies != fold_copies([known, lost])
        assert copies != fold_copies([known, practice])
        assert copies != fold_copies([lost, practice])
        assert copies != {}

    def test_many_that_meet(self):
        """Groups that are united again and again are still one copy, and fold to the same."""
        events = [event("sent", at=at, message_id=f"m-{at % 64}", reference=f"r-{at // 2}") for at in range(128)]
        joining = [event("sent", message_id=f"m-{i}", reference="r-0") for i in range(64)]

        assert 1 == len(fold_copies(events + joining))
        assert fold_copies(events + joining) == fold_copies(joining + events[::-1])

    def test_every_kind(self):
        """Any kind of event with its ids is of its copy."""
        copies = fold_copies([event(kind, **BY_BOTH) for kind in EventKind])

        assert [frozenset(EventKind)] == [record.kinds for record in copies.values()]

    def test_nothing(self):
        """No events, no copies."""
        assert Copies({}) == fold_copies([])

    def test_a_repr_names_nobody(self):
        """Copies and their keys can be logged: they show numbers, and no recipient or id."""
        copies = fold_copies([event("sent", **BY_BOTH), event("bounced", **BY_NOTHING), event("sent", test=True)])

        assert "Copies(1 copies, 1 uncorrelated, 1 in test mode)" == repr(copies)
        assert ["CopyKey(provider='example', part=None)"] == [repr(key) for key in copies]


def test_a_number_is_reached_in_two_ways():
    """K3: one reference on two channels to one number is two copies, and our own word about a number is of the SMS."""
    to = {"reference": "r", "recipient": "+15550100", "message_id": None}
    sms, whatsapp = (
        event("accepted", channel=each, **to | {"message_id": f"m-{each}"}) for each in ("sms", "whatsapp")
    )
    pending = event("pending", provider=None, **to)
    copies = fold_copies([pending, sms, whatsapp, event("sending", provider=None, channel="whatsapp", **to)])
    assert {"sms": {"pending", "accepted"}, "whatsapp": {"sending", "accepted"}} == {
        key.channel: record.kinds for key, record in copies.items()
    }
    assert 2 == len(fold_copies([pending, event("pending", provider=None, channel="whatsapp", **to)]))
