"""Throw-away certificates for servers with TLS."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


@dataclass(frozen=True)
class Certificates:
    """PEM files: an authority, and a server and a client that it vouches for."""

    ca_pem: Path
    server_pem: Path
    server_key: Path
    client_pem: Path
    client_key: Path


def make(folder: Path) -> Certificates:
    """Writes an authority, a certificate for ``localhost`` and one for a client."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = Certificates(
        *(
            folder / name
            for name in (
                "ca.pem",
                "server.pem",
                "server.key",
                "client.pem",
                "client.key",
            )
        )
    )
    ca_key = _new_key()
    ca = _sign("Test authority", ca_key, None, ca_key)
    paths.ca_pem.write_bytes(_pem(ca))
    for name, pem, key_path in (
        ("localhost", paths.server_pem, paths.server_key),
        ("client", paths.client_pem, paths.client_key),
    ):
        key = _new_key()
        pem.write_bytes(_pem(_sign(name, key, ca, ca_key)))
        key_path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption(),
            )
        )
    return paths


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _sign(
    name: str,
    key: rsa.RSAPrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: rsa.RSAPrivateKey,
) -> x509.Certificate:
    """A certificate for ``name``; an authority's own when there is no issuer."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=7))
        .add_extension(x509.BasicConstraints(ca=not issuer, path_length=None), True)
    )
    if issuer:
        local = ipaddress.ip_address("127.0.0.1")
        names = [x509.DNSName(name), x509.IPAddress(local)]
        uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
        builder = builder.add_extension(x509.ExtendedKeyUsage(uses), False)
    return builder.sign(issuer_key, hashes.SHA256())
