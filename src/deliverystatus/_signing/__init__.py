"""
The ways in which providers sign: each gives a ``Scheme``, or what a provider's own scheme is made of.

Secrets and signatures are compared in constant time, every secret is tried whatever the first said, and nothing that
came is in any message. Packages that not everybody needs are imported when a scheme that needs them is used.
"""

from deliverystatus._signing._fields import decoded, form, octets_of, refuse_fields_that_hide
from deliverystatus._signing._hmac import (
    digest,
    hmac_of_body,
    hmac_of_time_and_body,
    is_made_with_one_of,
    refuse_unless_made_with_one_of,
    standard_webhooks,
    unix,
)
from deliverystatus._signing._keys import ecdsa_of_time_and_body, ed25519_of_time_and_body, rsa_of_body
from deliverystatus._signing._shared import shared_secret
from deliverystatus._signing._tokens import claimed_time, claims_of, refuse_unless_digest
from deliverystatus._signing._topics import AWS, SCALEWAY, sns

__all__ = [
    "AWS",
    "SCALEWAY",
    "claimed_time",
    "claims_of",
    "decoded",
    "digest",
    "ecdsa_of_time_and_body",
    "ed25519_of_time_and_body",
    "form",
    "hmac_of_body",
    "hmac_of_time_and_body",
    "is_made_with_one_of",
    "octets_of",
    "refuse_fields_that_hide",
    "refuse_unless_digest",
    "refuse_unless_made_with_one_of",
    "rsa_of_body",
    "shared_secret",
    "sns",
    "standard_webhooks",
    "unix",
]
