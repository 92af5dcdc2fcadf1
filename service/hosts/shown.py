"""What a process shows of itself from its start: its version, where people reach it, its certificates.

Of a certificate that counts which was loaded: one renewed on the disk alone still ends on the day of
the old one, so the file is not read again.  The standard library shows the end only of a peer's, after
a handshake; the library that reads files is loaded where there is a file.
"""

from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from prometheus_client import Gauge

from service.errors import ConfigurationError
from service.metrics import REGISTRY
from service.settings import ProcessSettings

BUILD = Gauge("erosion_build_info", "Which version runs.", ["version"], registry=REGISTRY)
PUBLIC = Gauge(
    "erosion_public_info",
    "Where people reach the service, for the links of dashboards; always 1.",
    ["url"],
    registry=REGISTRY,
)
EXPIRY = Gauge(
    "erosion_certificate_expiry_timestamp_seconds",
    "When the certificate ends that this process shows: to whom calls it, or to the brokers.",
    ["shown_to"],
    registry=REGISTRY,
)


def show_process(process: ProcessSettings, *, has_pages: bool) -> None:
    """Show what is known at the start; raise ConfigurationError for a certificate not readable.

    Where it listens is where people reach it only on their own machine, without a proxy.
    """
    BUILD.labels(version("revenue-erosion-alerts")).set(1)
    here = process.is_loopback and process.behind_proxy != "yes"
    scheme = "https" if process.tls_cert else "http"
    address = process.public_url or (f"{scheme}://{process.bind}" if here else "")
    if has_pages and address:
        PUBLIC.labels(address.rstrip("/")).set(1)
    shown = (("callers", "TLS", process.tls_cert), ("brokers", "KAFKA", process.kafka_cert))
    for who, name, path in shown:
        if path is not None:
            EXPIRY.labels(who).set(_end(f"EROSION_{name}_CERT", path).timestamp())


def _end(variable: str, path: Path) -> datetime:
    """Return when a chain ends, which is when the first of its certificates does."""
    from cryptography import x509  # noqa: PLC0415 - most have no certificate of their own

    try:
        chain = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigurationError([f"{variable}: {path} cannot be read: {error}"]) from None
    return min(one.not_valid_after_utc for one in chain)
