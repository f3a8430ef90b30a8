"""
Amazon SNS: messages signed with a certificate that everybody can fetch.

Any AWS account can have SNS sign what it likes, so that a signature is right proves nothing unless the topic is one that
the caller trusts; and a certificate proves nothing unless it was fetched from a host of SNS. Both are checked first.

Sources:
 https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html (3,600 seconds at the longest)
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from deliverystatus._proof import AS_IT_CAME, Proof, Request, Scheme
from deliverystatus._signing._keys import is_signed, octets, rsa_verify
from deliverystatus.exceptions import CertificateNeeded, MissingExtra, SignatureError

_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")

#: ``Type``: which fields are signed, in this order
SIGNED = {
    "Notification":             ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),  # Subject if it is there
    "SubscriptionConfirmation": _CONFIRMATION,
    "UnsubscribeConfirmation":  _CONFIRMATION,
}  # fmt: skip

#: ``SignatureVersion``: the digest that is signed
DIGESTS = {"1": "SHA1", "2": "SHA256"}

#: Partitions of AWS: how their regions begin, and what their hosts end in
PARTITIONS = {
    "aws":        (r"(?!cn-|us-gov-)[a-z]{2,}(?:-[a-z]+)+-\d+", "amazonaws.com"),
    "aws-us-gov": (r"us-gov-[a-z]+-\d+",                        "amazonaws.com"),
    "aws-cn":     (r"cn-[a-z]+-\d+",                            "amazonaws.com.cn"),
}  # fmt: skip

_TOPIC = re.compile(r"arn:([a-z-]+):sns:[a-z0-9-]+:\d+:[\w.-]+", re.ASCII)

#: What may have line breaks: in any other field one could stand for the end of it, and the signature would not show where.
_MANY_LINES = "Message"


def sns() -> Scheme:
    """Give the scheme of messages that SNS posts to a URL."""
    return Scheme(
        title="RSA, SHA-256 or SHA-1, with a certificate of SNS",
        covers="the message",
        needs="the topics you expect, and certificates as they are asked for: Trust(topics=…, certificates=…)",
        check=_check,
        window=timedelta(hours=1),
        by_trust=True,
    )


def _check(request: Request) -> Proof:
    envelope = _envelope(request.body)
    fields = SIGNED.get(_text(envelope, "Type"))
    digest = DIGESTS.get(_text(envelope, "SignatureVersion"))
    if fields is None or digest is None:
        raise SignatureError(
            "the message is of a type or version that is not known", "only what SNS posts to a URL is signed"
        )
    topic = _text(envelope, "TopicArn")
    trust = request.trust
    partition = _TOPIC.fullmatch(topic)
    if trust is None or partition is None or topic not in trust.topics:
        raise SignatureError("the topic is none of those that are trusted", "check the topics in trust=")
    url = _text(envelope, "SigningCertURL")
    if not _is_of_sns(url, partition[1]):
        raise SignatureError("the certificate is not on a host of SNS", "this is a forgery; nothing is to be fetched")
    if url not in trust.certificates:
        raise CertificateNeeded(url)
    proven = {name: _text(envelope, name) for name in fields if name != "Subject" or envelope.get(name) is not None}
    if any("\n" in text for name, text in proven.items() if name != _MANY_LINES):
        raise SignatureError("a field has a line break in it", "this is a forgery")
    signed = "".join(f"{name}\n{text}\n" for name, text in proven.items())
    signature = octets(_text(envelope, "Signature"))
    key = _key(trust.certificates[url])
    if signature is None or not is_signed(
        key, signature, lambda key, given: rsa_verify(key, given, signed.encode("utf-8", "surrogatepass"), digest)
    ):
        raise SignatureError("the signature was not made with that certificate, or of something else", AS_IT_CAME)
    # what is not signed is left out: nobody shall read what stood beside the message
    payload = json.dumps(proven).encode()
    return Proof(signed_at=_time(proven["Timestamp"]), replay_key=proven["MessageId"], payload=payload)


def _envelope(body: bytes) -> Mapping[str, Any]:
    try:
        envelope = json.loads(body, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        envelope = None
    if not isinstance(envelope, dict):
        raise SignatureError(
            "this is no message of SNS",
            "what comes by EventBridge, SQS or Lambda is not signed: AWS says there who may send",
        )
    return envelope


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of fields that are each there once: of two, one would be checked and the other believed."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError
    return dict(pairs)


def _text(envelope: Mapping[str, Any], name: str) -> str:
    value = envelope.get(name)
    if not isinstance(value, str):
        raise SignatureError(f"the message has no {name}", "only what SNS posts to a URL is signed")
    return value


def _is_of_sns(url: str, partition: str) -> bool:
    if partition not in PARTITIONS:
        return False
    region, ends = PARTITIONS[partition]
    return bool(
        re.fullmatch(rf"https://sns\.{region}\.{re.escape(ends)}/[0-9A-Za-z][0-9A-Za-z_-]{{0,99}}\.pem", url, re.ASCII)
    )


def _key(certificate: str | bytes) -> Any:
    try:
        from cryptography import x509  # noqa: PLC0415 (an extra)
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415
    except ImportError:
        raise MissingExtra("verify") from None
    pem = certificate.encode() if isinstance(certificate, str) else certificate
    try:
        key: Any = x509.load_pem_x509_certificate(pem).public_key()
    except ValueError:
        key = None
    if not isinstance(key, RSAPublicKey):
        raise SignatureError("the certificate cannot be read", "expected a certificate in PEM, as it was fetched")
    return key


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise SignatureError("the message has no time", "expected ISO 8601 with its zone")
    return moment
