"""What a process shows of itself: its address, and when its certificates end."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from service.errors import ConfigurationError
from service.hosts.shown import show_process
from service.metrics import REGISTRY
from service.settings import ProcessSettings

NAME = "erosion_certificate_expiry_timestamp_seconds"


def shown(who: str) -> float | None:
    """Return when the certificate shown to somebody ends."""
    return REGISTRY.get_sample_value(NAME, {"shown_to": who})


def test_the_first_certificate_of_a_chain_to_end_counts(tmp_path: Path) -> None:
    """A chain is good for as long as all of it is."""
    long, short = datetime(2031, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
    authority = trustme.CA()
    chain = tmp_path / "chain.pem"
    for end in (long, short):
        authority.issue_cert("localhost", not_after=end).cert_chain_pems[0].write_to_path(
            str(chain), append=True
        )
    show_process(ProcessSettings(tls_cert=chain, kafka_cert=None), has_pages=False)
    assert shown("callers") == short.timestamp()
    show_process(ProcessSettings(kafka_cert=chain), has_pages=False)
    assert shown("brokers") == short.timestamp()


@pytest.mark.parametrize(
    "text", ["", "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----"]
)
def test_what_is_no_certificate_is_named(tmp_path: Path, text: str) -> None:
    """The variable and the file stand in the error."""
    path = tmp_path / "cert.pem"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"EROSION_TLS_CERT: .*cert.pem cannot be read"):
        show_process(ProcessSettings(tls_cert=path), has_pages=False)
