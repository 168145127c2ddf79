"""The certificate of `LAN=1`: made here, for this machine's names and addresses, kept until either changes."""

import contextlib
import ipaddress
import os
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID = timedelta(days=90)
RENEW_BEFORE = timedelta(days=1)
CERTIFICATE, KEY = "lan-certificate.pem", "lan-key.pem"


def lan_context(folder: Path, names: frozenset[str], now: datetime) -> ssl.SSLContext:
    """A server's TLS context with the certificate kept in `folder`, made anew when it does not serve any more."""
    ensure_certificate(folder, names, now)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(folder / CERTIFICATE, folder / KEY)
    return context


def ensure_certificate(folder: Path, names: frozenset[str], now: datetime) -> bool:
    """Whether a new one was made: none was there, its names or addresses differ, or it ends within a day."""
    if _serves(folder, names, now):
        return False
    key = ec.generate_private_key(ec.SECP256R1())
    pem = serialization.PrivateFormat.PKCS8
    write_private(folder / KEY, key.private_bytes(serialization.Encoding.PEM, pem, serialization.NoEncryption()))
    certificate = _certificate(key, names, now)
    write_private(folder / CERTIFICATE, certificate.public_bytes(serialization.Encoding.PEM))
    return True


def write_private(path: Path, content: bytes) -> None:
    """Readable by its owner alone from the first moment on, and never there by half."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
    fresh.replace(path)


def _serves(folder: Path, names: frozenset[str], now: datetime) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate((folder / CERTIFICATE).read_bytes())
        key = serialization.load_pem_private_key((folder / KEY).read_bytes(), None)
    except (OSError, ValueError):
        return False
    matches = key.public_key() == certificate.public_key()
    in_time = certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - RENEW_BEFORE
    return matches and in_time and names_of(certificate) == names


def names_of(certificate: x509.Certificate) -> frozenset[str]:
    """The host names and addresses it is for."""
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = map(str, found.get_values_for_type(x509.IPAddress))
    return frozenset([*found.get_values_for_type(x509.DNSName), *addresses])


def _certificate(key: ec.EllipticCurvePrivateKey, names: frozenset[str], now: datetime) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Earshot on this machine")])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # phones' clocks differ
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in sorted(names)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


def _general_name(name: str) -> x509.GeneralName:
    with contextlib.suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(name))
    return x509.DNSName(name)


def utc_now() -> datetime:
    return datetime.now(UTC)
