"""
Requests as the providers sign them, written from their documentation and with nothing of the library's own.

``SIGNERS[provider]`` makes a ``Call`` of a body; a provider without a row is called with a shared secret. Keys are made for the
run and guard nothing.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import parse_qsl, urlencode

import attrs
import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

import deliverystatus as ds

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "https://hooks.example.org/status?tenant=7"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:mail-events"
CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"


@attrs.frozen(kw_only=True)
class Call:
    """A request as the provider sends it, and what the receiver has to check it with."""

    body: bytes
    headers: dict[str, str] = attrs.field(factory=dict)
    url: str | None = URL
    secret: str | None = None
    trust: ds.Trust | None = None
    now: datetime = NOW

    def verified(self, provider: str, **changed: object) -> ds.Trusted:
        """Verify it, as it is or changed."""
        given = {
            "body": self.body,
            "headers": self.headers,
            "url": self.url,
            "secrets": () if self.secret is None else self.secret,
            "trust": self.trust,
            "now": self.now,
            **changed,
        }
        return ds.verify(provider, given.pop("body"), **given)


Signer = Callable[[bytes, int], Call]


def _unix(now: datetime) -> str:
    return str(int(now.timestamp()))


def _hmac(key: str, signed: bytes, digest: str) -> bytes:
    return hmac.new(key.encode(), signed, digest).digest()


def _b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def secret(which: int) -> str:
    """Give a secret: the first, or another."""
    return f"{'0123456789abcdef' * 2}-{which}"


def shared(body: bytes, which: int = 0) -> Call:
    """Basic authentication (RFC 7617)."""
    credentials = f"hook:{secret(which)}"
    return Call(body=body, headers={"Authorization": f"Basic {_b64(credentials.encode())}"}, secret=credentials)


def hmac_header(name: str) -> Signer:
    """A header with the hexadecimal HMAC-SHA256 of the body."""

    def sign(body: bytes, which: int = 0) -> Call:
        return Call(body=body, headers={name: _hmac(secret(which), body, "sha256").hex()}, secret=secret(which))

    return sign


def standard(prefix: str) -> Signer:
    """Standard Webhooks and Svix: ``id.timestamp.body``, under the bytes that the secret writes in base64."""

    def sign(body: bytes, which: int = 0) -> Call:
        time, name = _unix(NOW), f"msg_{hashlib.sha256(body).hexdigest()[:12]}"
        made = _hmac(secret(which), f"{name}.{time}.".encode() + body, "sha256")
        headers = {
            f"{prefix}-id": name,
            f"{prefix}-timestamp": time,
            f"{prefix}-signature": f"v1a,AAAA v1,{_b64(b'x' * 32)} v1,{_b64(made)}",
        }
        return Call(body=body, headers=headers, secret=f"whsec_{_b64(secret(which).encode())}")

    return sign


def customerio(body: bytes, which: int = 0) -> Call:
    """``v0:timestamp:body``, in hexadecimal digits."""
    time = _unix(NOW)
    made = _hmac(secret(which), f"v0:{time}:".encode() + body, "sha256").hex()
    return Call(body=body, headers={"X-CIO-Timestamp": time, "X-CIO-Signature": made}, secret=secret(which))


@cache
def elliptic(which: int) -> ec.EllipticCurvePrivateKey:
    """Give a key on P-256."""
    return ec.derive_private_key(10**30 + which, ec.SECP256R1())


@cache
def modular(which: int) -> rsa.RSAPrivateKey:  # noqa: ARG001 (it is kept by it)
    """Give a key for RSA, for each number another."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def edwards(which: int) -> ed25519.Ed25519PrivateKey:
    """Give a key for Ed25519."""
    return ed25519.Ed25519PrivateKey.from_private_bytes(bytes([which]) * 32)


def der(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    """Write the public key in base64, as dashboards show it."""
    encoding, shape = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return _b64(key.public_key().public_bytes(encoding, shape))


def sendgrid(body: bytes, which: int = 0) -> Call:
    """ECDSA of the time and the body."""
    time, key = _unix(NOW), elliptic(which)
    made = key.sign(time.encode() + body, ec.ECDSA(hashes.SHA256()))
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": _b64(made),
        "X-Twilio-Email-Event-Webhook-Timestamp": time,
    }
    return Call(body=body, headers=headers, secret=der(key))


def telnyx(body: bytes, which: int = 0) -> Call:
    """Ed25519 of ``timestamp|body``; the public key is shown as its 32 octets in base64."""
    time, key = _unix(NOW), edwards(which)
    headers = {
        "telnyx-signature-ed25519": _b64(key.sign(f"{time}|".encode() + body)),
        "telnyx-timestamp": time,
    }
    return Call(body=body, headers=headers, secret=_b64(key.public_key().public_bytes_raw()))


def postal(body: bytes, which: int = 0) -> Call:
    """RSA of the body, twice: with SHA-256, and with SHA-1 for older receivers."""
    key = modular(which)
    headers = {
        "X-Postal-Signature-256": _b64(key.sign(body, padding.PKCS1v15(), hashes.SHA256())),
        "X-Postal-Signature": _b64(key.sign(body, padding.PKCS1v15(), hashes.SHA1())),  # noqa: S303 (as Postal has it)
        "X-Postal-Signature-KID": "0123",
    }
    return Call(body=body, headers=headers, secret=der(key))


def mailgun(body: bytes, which: int = 0) -> Call:
    """HMAC-SHA256 of a time and a token, in the body."""
    time, token = _unix(NOW), hashlib.sha256(body).hexdigest()[:50]
    signed = {
        "timestamp": time,
        "token": token,
        "signature": _hmac(secret(which), (time + token).encode(), "sha256").hex(),
    }
    return Call(body=json.dumps({**json.loads(body), "signature": signed}).encode(), secret=secret(which))


def mandrill(body: bytes, which: int = 0) -> Call:
    """HMAC-SHA1 of the URL and every field, sorted by name."""
    fields = sorted(parse_qsl(body.decode(), keep_blank_values=True))
    signed = URL + "".join(name + value for name, value in fields)
    made = _b64(_hmac(secret(which), signed.encode(), "sha1"))
    return Call(body=body, headers={"X-Mandrill-Signature": made}, secret=secret(which))


def twilio(body: bytes, which: int = 0) -> Call:
    """HMAC-SHA1 of the URL and every field, sorted by name."""
    signed = URL + "".join(
        name + value for name, value in sorted(set(parse_qsl(body.decode(), keep_blank_values=True)))
    )
    made = _b64(_hmac(secret(which), signed.encode(), "sha1"))
    return Call(body=body, headers={"X-Twilio-Signature": made}, secret=secret(which))


def plivo(body: bytes, which: int = 0) -> Call:
    """HMAC-SHA256 of the URL, the fields, and a nonce."""
    base, _, query = URL.partition("?")
    pairs = sorted(parse_qsl(query))
    written = "&".join(f"{name}={value}" for name, value in pairs)
    fields = "".join(name + value for name, value in sorted(parse_qsl(body.decode(), keep_blank_values=True)))
    signed = f"{base}?{written}.{fields}.05429567804466091622"
    made = _b64(_hmac(secret(which), signed.encode(), "sha256"))
    headers = {"X-Plivo-Signature-V3": f"{_b64(b'other')},{made}", "X-Plivo-Signature-V3-Nonce": "05429567804466091622"}
    return Call(body=body, headers=headers, secret=secret(which))


def vonage(body: bytes, which: int = 0) -> Call:
    """A token with the digest of the body (Messages API)."""
    claims = {
        "iat": int(NOW.timestamp()),
        "jti": hashlib.sha256(b"j" + body).hexdigest()[:12],
        "iss": "Vonage",
        "payload_hash": hashlib.sha256(body).hexdigest(),
        "api_key": "a1b2c3d4",
    }
    token = jwt.encode(claims, secret(which), algorithm="HS256")
    return Call(body=body, headers={"Authorization": f"Bearer {token}"}, secret=secret(which))


def messagebird(body: bytes, which: int = 0) -> Call:
    """A GET: the query is what it says, and the token holds the digest of the whole URL."""
    url = f"https://hooks.example.org/status?{body.decode()}"
    claims = {
        "iss": "MessageBird",
        "nbf": int(NOW.timestamp()),
        "exp": int((NOW + timedelta(minutes=1)).timestamp()),
        "jti": hashlib.sha256(b"j" + body).hexdigest()[:12],
        "url_hash": hashlib.sha256(url.encode()).hexdigest(),
    }
    token = jwt.encode(claims, secret(which), algorithm="HS256")
    return Call(body=b"", url=url, headers={"MessageBird-Signature-JWT": token}, secret=secret(which))


def unisender_go(body: bytes, which: int = 0) -> Call:
    """The MD5 of the body in which the key stands where the MD5 is put."""
    key = secret(which)
    before = json.dumps({**json.loads(body), "auth": key}, separators=(",", ":")).encode()
    made = hashlib.md5(before).hexdigest()  # noqa: S324 (as UniSender has it)
    return Call(body=before.replace(key.encode(), made.encode()), secret=key)


@cache
def certificate(which: int, above: int | None = None, days: int = 365) -> bytes:
    """Give a certificate, in PEM, for the key of the same number; signed with another key, if one is *above*."""
    name, issuer = (
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"sns {each}")])
        for each in (which, which if above is None else above)
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(modular(which).public_key())
        .serial_number(1 + which)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=days, hours=1))
        .sign(modular(which if above is None else above), hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


@cache
def elliptic_certificate() -> bytes:
    """Give a certificate, in PEM, for a key that is not RSA's."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns")])
    made = x509.CertificateBuilder(
        name, name, elliptic(0).public_key(), 1, NOW - timedelta(days=1), NOW + timedelta(days=1)
    ).sign(elliptic(0), hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM)


def sns(body: bytes, which: int = 0, *, version: str = "2", url: str = CERTIFICATE_URL, **fields: str) -> Call:
    """What Amazon SNS posts: the message, signed field by field with a certificate."""
    envelope = {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Message": body.decode(),
        "Timestamp": f"{NOW:%Y-%m-%dT%H:%M:%S}.123Z",
        **fields,
    }
    signed = "".join(
        f"{name}\n{envelope[name]}\n"
        for name in ("Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
        if name in envelope
    )
    digest = {"1": hashes.SHA1(), "2": hashes.SHA256()}[version]  # noqa: S303 (as SNS has it)
    made = _b64(modular(which).sign(signed.encode(), padding.PKCS1v15(), digest))
    whole = {**envelope, "SignatureVersion": version, "Signature": made, "SigningCertURL": url}
    whole["UnsubscribeURL"] = "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe"
    trust = ds.Trust(
        topics=[envelope["TopicArn"] if url != CERTIFICATE_URL else TOPIC], certificates={url: certificate(which)}
    )
    return Call(body=json.dumps(whole).encode(), headers={"x-amz-sns-message-type": "Notification"}, trust=trust)


def scaleway(body: bytes, which: int = 0) -> Call:
    """What Scaleway's topics post: as SNS does, with a certificate that their authority issued."""
    url = "https://messaging.s3.fr-par.scw.cloud/fr-par/sns/sns-0123-4567.pem"
    call = sns(body, which, url=url, TopicArn="arn:scw:sns:fr-par:project-0123:mail")
    trust = ds.Trust(
        topics=call.trust.topics, certificates={url: certificate(which, above=2)}, authorities=certificate(2).decode()
    )
    return attrs.evolve(call, trust=trust)


SIGNERS: dict[str, Signer] = {
    "aws_sms": sns,
    "customerio": customerio,
    "generic": standard("webhook"),
    "loops": standard("webhook"),
    "mailersend": hmac_header("Signature"),
    "mailgun": mailgun,
    "mailtrap": hmac_header("Mailtrap-Signature"),
    "mandrill": mandrill,
    "messagebird": messagebird,
    "plivo": plivo,
    "postal": postal,
    "resend": standard("svix"),
    "scaleway": scaleway,
    "sendgrid": sendgrid,
    "ses": sns,
    "telnyx": telnyx,
    "twilio": twilio,
    "unisender_go": unisender_go,
    "vonage": vonage,
}


def signed(provider: str, body: bytes, which: int = 0) -> Call:
    """Sign a body as *provider* does."""
    return SIGNERS.get(provider, shared)(body, which)


def form(**fields: str) -> bytes:
    """Write a form."""
    return urlencode(fields).encode()
