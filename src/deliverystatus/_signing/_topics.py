"""
Amazon SNS, and Scaleway's Topics and Events: messages signed with a certificate that everybody can fetch.

Any account can have SNS sign what it likes, so that a signature is right proves nothing unless the topic is one that the
caller trusts; and a certificate proves nothing unless it was fetched from a host of SNS, or, of Scaleway's, issued by their
authority. The topic and the host are checked first.

Sources:
 https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html (3,600 seconds at the longest)
 SC1 https://github.com/scaleway/docs-content pages/topics-and-events/reference-content/verifying-webhooks.mdx
"""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from deliverystatus._proof import AS_IT_CAME, SKEW, Proof, Request, Scheme
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

#: Partitions, as they stand in the name of a topic: where their certificates are
CERTIFICATES = {
    "aws":        r"https://sns\.(?!cn-|us-gov-)[a-z]{2,}(?:-[a-z]+)+-\d+\.amazonaws\.com/FILE",
    "aws-us-gov": r"https://sns\.us-gov-[a-z]+-\d+\.amazonaws\.com/FILE",
    "aws-cn":     r"https://sns\.cn-[a-z]+-\d+\.amazonaws\.com\.cn/FILE",
    "scw":        r"https://messaging\.s3\.[a-z]{2}-[a-z]{3}\.scw\.cloud/[a-z]{2}-[a-z]{3}/(?:sns/)?FILE",
}  # fmt: skip
_FILE = r"[0-9A-Za-z][0-9A-Za-z_-]{0,99}\.pem"

#: Partitions whose certificates are trusted for the host they are on; others' have to be issued by an authority [SC1]
AWS = ("aws", "aws-us-gov", "aws-cn")
SCALEWAY = ("scw",)

_TOPIC = re.compile(r"arn:([a-z-]+):sns:[a-z0-9-]+:[\w-]+:[\w.-]+", re.ASCII)

#: What may have line breaks: in any other field one could stand for the end of it, and the signature would not show where.
_MANY_LINES = "Message"


def sns(*partitions: str) -> Scheme:
    """Give the scheme of messages that SNS, or what speaks as it does, posts to a URL from topics of these *partitions*."""
    needs_authority = any(partition not in AWS for partition in partitions)
    needs = "the topics you expect, and certificates as they are asked for: Trust(topics=…, certificates=…"
    return Scheme(
        title="RSA, SHA-256 or SHA-1, with a certificate that is fetched",
        covers="the message",
        needs=f"{needs}, authorities=…)" if needs_authority else f"{needs})",
        check=partial(_check, partitions, needs_authority),
        window=timedelta(hours=1),
        by_trust=True,
    )


def _check(partitions: Sequence[str], needs_authority: bool, request: Request) -> Proof:  # noqa: FBT001 (of a partial)
    envelope = _envelope(request.body)
    fields = SIGNED.get(_text(envelope, "Type"))
    sha = DIGESTS.get(_text(envelope, "SignatureVersion"))
    if fields is None or sha is None:
        raise SignatureError(
            "the message is of a type or version that is not known", "only what SNS posts to a URL is signed"
        )
    topic = _TOPIC.fullmatch(_text(envelope, "TopicArn"))
    trust = request.trust
    if trust is None or topic is None or topic[0] not in trust.topics or topic[1] not in partitions:
        raise SignatureError("the topic is none of those that are trusted", "check the topics in trust=")
    url = _text(envelope, "SigningCertURL")
    if not _is_where_it_belongs(url, topic[1]):
        raise SignatureError("the certificate is not on a host of SNS", "this is a forgery; nothing is to be fetched")
    if url not in trust.certificates:
        raise CertificateNeeded(url)
    proven = {name: _text(envelope, name) for name in fields if name != "Subject" or envelope.get(name) is not None}
    if any("\n" in text for name, text in proven.items() if name != _MANY_LINES):
        raise SignatureError("a field has a line break in it", "this is a forgery")
    signed = "".join(f"{name}\n{text}\n" for name, text in proven.items()).encode("utf-8", "surrogatepass")
    signature = octets(_text(envelope, "Signature"))
    key = _key(trust.certificates[url], trust.authorities if needs_authority else None, request.now)
    if signature is None or not is_signed(key, signature, lambda key, given: rsa_verify(key, given, signed, sha)):
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


def _is_where_it_belongs(url: str, partition: str) -> bool:
    return bool(re.fullmatch(CERTIFICATES[partition].replace("FILE", _FILE), url, re.ASCII))


def _key(certificate: str | bytes, authorities: str | bytes | None, now: datetime) -> Any:
    """Give the public key of a certificate; where *authorities* are given, of one that they issued and that is valid now."""
    try:
        from cryptography import x509  # noqa: PLC0415 (an extra)
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415
    except ImportError:
        raise MissingExtra("verify") from None
    try:
        found = x509.load_pem_x509_certificate(_pem(certificate))
        above = [] if authorities is None else x509.load_pem_x509_certificates(_pem(authorities))
    except ValueError:
        raise SignatureError(
            "a certificate cannot be read", "expected certificates in PEM, as they were fetched"
        ) from None
    issuers = []
    for each in above:
        with suppress(ValueError, TypeError, InvalidSignature):
            found.verify_directly_issued_by(each)
            issuers.append(each)
    if authorities is not None and not (
        issuers and _is_valid(found, now) and any(_is_valid(each, now) for each in issuers)
    ):
        raise SignatureError(
            "the certificate was not issued by the authority, or is not of this time", "check authorities="
        )
    key = found.public_key()
    if not isinstance(key, RSAPublicKey):
        raise SignatureError("a certificate cannot be read", "expected one of a key for RSA")
    return key


def _is_valid(certificate: Any, now: datetime) -> bool:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return bool(begins - SKEW <= now <= ends + SKEW)


def _pem(certificate: str | bytes) -> bytes:
    return certificate.encode() if isinstance(certificate, str) else certificate


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise SignatureError("the message has no time", "expected ISO 8601 with its zone")
    return moment
