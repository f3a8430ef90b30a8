"""Messages of Amazon SNS, and of Scaleway's topics: signed with certificates that everybody can fetch."""

import json

import pytest

import deliverystatus as ds
from calls import call_of, refused
from deliverystatus.exceptions import CertificateNeeded, SignatureError
from signers import CERTIFICATE_URL, NOW, TOPIC, certificate, elliptic_certificate, sns

DELIVERED = json.dumps(
    {
        "eventType": "Delivery",
        "mail": {"messageId": "0102", "destination": ["ada@example.com"], "timestamp": "2026-03-02T11:59:00Z"},
        "delivery": {"timestamp": "2026-03-02T11:59:03Z", "recipients": ["ada@example.com"]},
    }
).encode()


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("fields", [{}, {"Subject": "Amazon SES notification"}])
def test_both_versions_of_sns(version, fields):
    """SHA-1 and SHA-256 verify, with a subject and without."""
    call = sns(DELIVERED, version=version, **fields)

    assert "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324" == call.verified("ses").replay_key


def test_confirmations_are_signed_too():
    """A subscription is to be confirmed at a URL that is signed; the library fetches nothing."""
    link = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription"
    call = sns(b"Confirm.", Type="SubscriptionConfirmation", SubscribeURL=link, Token="t-1")  # noqa: S106 (it guards nothing)
    (notice,) = ds.parse("ses", call.verified("ses")).notices

    assert link == notice.url
    changed = call.body.replace(b"ConfirmSubscription", b"ConfirmSubscriptioN")
    assert refused("ses", call, body=changed)


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com.example.net/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com@example.net/SimpleNotificationService-1.pem",
        "https://example.net/sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns-eu-west-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com.cn/SimpleNotificationService-1.pem",
        "https://sns.cn-north-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.us-gov-west-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem?x",
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem#x",
        "https://sns.eu-west-1.amazonaws.com/bucket/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com/../SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem\n",
        "https://s3.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.eu-west-\u0661.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com/..pem",
        f"https://sns.eu-west-1.amazonaws.com/{'a' * 200}.pem",
        "https://sns.eu-west-1.xn--amazonaws-.com/SimpleNotificationService-1.pem",
        "",
    ],
)
def test_a_certificate_from_elsewhere(url):
    """A certificate that is not on a host of SNS in the topic's partition is refused, and its URL is never handed out."""
    call = sns(DELIVERED)
    whole = {**json.loads(call.body), "SigningCertURL": url}
    trust = ds.Trust(topics=[TOPIC], certificates={url: certificate(0)})

    with pytest.raises(SignatureError, match="not on a host of SNS"):
        call.verified("ses", body=json.dumps(whole).encode(), trust=trust)


@pytest.mark.parametrize(
    "topic,url",
    [
        (
            "arn:aws:sns:us-east-1:123456789012:mail",
            "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem",
        ),
        (
            "arn:aws:sns:ap-southeast-2:1:m.fifo",
            "https://sns.ap-southeast-2.amazonaws.com/SimpleNotificationService-0.pem",
        ),
        ("arn:aws-cn:sns:cn-north-1:1:mail", "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-0.pem"),
        (
            "arn:aws-us-gov:sns:us-gov-west-1:1:mail",
            "https://sns.us-gov-west-1.amazonaws.com/SimpleNotificationService-0.pem",
        ),
    ],
)
def test_a_certificate_that_is_needed(topic, url):
    """A certificate that is missing is asked for, after its URL was shown to be of SNS, in every partition."""
    call = sns(DELIVERED, TopicArn=topic)
    body = json.dumps({**json.loads(call.body), "SigningCertURL": url}).encode()

    with pytest.raises(CertificateNeeded) as caught:
        call.verified("ses", body=body, trust={"topics": [topic]})
    assert url == caught.value.url
    trust = {"topics": topic, "certificates": {url: certificate(0).decode()}}
    assert json.loads(body)["Message"] == json.loads(call.verified("ses", body=body, trust=trust))["Message"]


@pytest.mark.parametrize(
    "topic", ["arn:aws:sns:eu-west-1:999999999999:mail-events", "arn:aws-iso:sns:us-iso-east-1:1:m", "mail-events", ""]
)
def test_a_topic_that_nobody_trusts(topic):
    """Anyone with an account can have their own topic sign: only those that are named count."""
    call = sns(DELIVERED, TopicArn=topic)

    with pytest.raises(SignatureError, match="topic"):
        call.verified("ses")
    if topic.startswith("arn:aws-iso"):  # a partition whose hosts nobody here knows
        with pytest.raises(SignatureError, match="topic"):
            call.verified("ses", trust=ds.Trust(topics=[topic], certificates=call.trust.certificates))


@pytest.mark.parametrize(
    "changed",
    [
        {"authorities": b""},
        {"authorities": certificate(1)},
        {"authorities": b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"},
        {"authorities": certificate(2, days=-1)},
        {"certificate": certificate(0)},
        {"certificate": certificate(0, above=2, days=-1)},
        {"certificate": certificate(0, above=1)},
    ],
    ids=["none", "another", "garbage", "its time is over", "by itself", "the time is over", "of another"],
)
def test_a_certificate_that_no_authority_issued(changed):
    """Scaleway asks for more than a host: its authority has to have issued the certificate, and both have to be of this time."""
    call = call_of("scaleway")
    ((url, pem),) = call.trust.certificates.items()
    trust = ds.Trust(
        topics=call.trust.topics,
        certificates={url: changed.get("certificate", pem)},
        authorities=changed.get("authorities", call.trust.authorities),
    )

    with pytest.raises(SignatureError, match="certificate"):
        call.verified("scaleway", trust=trust)


def test_topics_of_one_service_are_none_of_another():
    """A topic that is trusted vouches for its own service only."""
    call = call_of("scaleway")
    with pytest.raises(SignatureError, match="topic"):
        call.verified("ses")


@pytest.mark.parametrize("pem", ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\xff"])
def test_a_certificate_that_is_none(pem):
    """What was fetched may be anything; it is said so."""
    with pytest.raises(SignatureError, match="certificate cannot be read"):
        sns(DELIVERED).verified("ses", trust=ds.Trust(topics=[TOPIC], certificates={CERTIFICATE_URL: pem}))


def test_a_certificate_of_another_sort():
    """A certificate of a key that is not RSA's is none of SNS."""
    pem = elliptic_certificate()
    with pytest.raises(SignatureError, match="RSA"):
        sns(DELIVERED).verified("ses", trust=ds.Trust(topics=[TOPIC], certificates={CERTIFICATE_URL: pem}))


def test_a_certificate_of_another_key():
    """A certificate of SNS proves nothing of what another key signed."""
    with pytest.raises(SignatureError, match="not made with that certificate"):
        sns(DELIVERED).verified("ses", trust=ds.Trust(topics=[TOPIC], certificates={CERTIFICATE_URL: certificate(1)}))


@pytest.mark.parametrize(
    "field", ["Type", "SignatureVersion", "Signature", "SigningCertURL", "Timestamp", "TopicArn", "Message"]
)
@pytest.mark.parametrize("value", [None, 7, "x", ["x"]])
def test_fields_that_are_something_else(field, value):
    """A message of SNS whose fields are something else is refused."""
    call = sns(DELIVERED)

    assert refused("ses", call, body=json.dumps({**json.loads(call.body), field: value}).encode())


def test_a_field_that_is_there_twice():
    """Of two fields of one name, one would be checked and the other believed."""
    call = sns(DELIVERED)
    twice = call.body[:-1] + b', "Message": "{}"}'

    assert refused("ses", call, body=twice)
    assert refused("ses", call, body=b'{"Message": "{}", ' + call.body[1:])


@pytest.mark.parametrize("body", [b"[]", b"7", b"{", b"\xff", DELIVERED, b'{"Records": []}'])
def test_what_sns_did_not_post(body):
    """What comes another way is not signed: who may send it is said elsewhere, and so is the refusal."""
    with pytest.raises(SignatureError, match="SNS"):
        sns(DELIVERED).verified("ses", body=body)


def test_the_time_of_a_message():
    """A time without a zone, or that is none, is refused."""
    for time in ("2026-03-02T12:00:00", "yesterday"):
        with pytest.raises(SignatureError, match="no time"):
            sns(DELIVERED, Timestamp=time).verified("ses")


@pytest.mark.parametrize("name", ["Subject", "Timestamp", "TopicArn"])
def test_a_field_of_sns_in_another(name):
    """What is signed are names and values a line each: no value but the message's may have a line break, or it could hold others."""
    call = sns(DELIVERED, Subject="News")
    whole = json.loads(call.body)
    whole["MessageId"] += f"\n{name}\n{whole.pop(name)}"

    assert refused("ses", call, body=json.dumps(whole).encode())


FORGED = json.dumps(
    {
        "eventType": "Complaint",
        "mail": {"messageId": "0102", "destination": ["victim@example.com"], "timestamp": "2026-03-02T11:59:00Z"},
        "complaint": {
            "complainedRecipients": [{"emailAddress": "victim@example.com"}],
            "timestamp": "2026-03-02T12:00:00Z",
        },
    }
).encode()


@pytest.mark.parametrize("media", [None, "text/plain", "multipart/form-data", "application/x-www-form-urlencoded"])
def test_beside_a_message_of_sns(media):
    """What stands beside what is signed is never read, in whatever alphabet, and whatever the headers say of the body."""
    genuine = sns(DELIVERED).body.decode()
    wide = "utf-16-le"
    evil = FORGED if len(FORGED) % 2 else FORGED + b" "
    body = (
        '  {"x":"'.encode(wide)
        + b"AA"
        + '\\"'.encode(wide)
        + b"\x7d\x0a"
        + evil
        + b"\n"
        + f'",{genuine[1:]}'.encode(wide)
    )
    headers = {} if media is None else {"Content-Type": media}
    for each in (body, genuine.replace("{", '{"Records": [' + FORGED.decode() + "], ", 1).encode()):
        try:
            parsed = ds.receive("ses", each, headers=headers, trust=sns(DELIVERED).trust, now=NOW)
        except SignatureError:
            continue
        assert ["ada@example.com"] == [event.recipient for event in parsed.events]
