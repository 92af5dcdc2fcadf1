"""Certificates for one broker and its clients, made by openssl for one test and thrown away."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.live.needs import program


@dataclass(frozen=True)
class Certificates:
    """Hold an authority, a broker's certificate for `localhost`, and a client's."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> Self:
        """Make them all."""
        folder.mkdir(parents=True, exist_ok=True)
        made = cls(folder)
        made._authority()
        made._signed("broker", "subjectAltName=DNS:localhost")
        made._signed("client", "extendedKeyUsage=clientAuth")
        both = (folder / "broker.key").read_text() + (folder / "broker.pem").read_text()
        (folder / "broker.both.pem").write_text(both)
        return made

    @property
    def ca(self) -> Path:
        """Return the authority's certificate."""
        return self.folder / "ca.pem"

    @property
    def client(self) -> Path:
        """Return the client's certificate."""
        return self.folder / "client.pem"

    @property
    def client_key(self) -> Path:
        """Return the client's key."""
        return self.folder / "client.key"

    def broker_settings(self) -> dict[str, str]:
        """Return the lines of server.properties that use them."""
        scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        return {
            "listener.name.password.scram-sha-512.sasl.jaas.config": scram,
            "listener.name.password.scram-sha-256.sasl.jaas.config": scram,
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self.folder / "broker.both.pem"),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.ca),
            "sasl.enabled.mechanisms": "SCRAM-SHA-512,SCRAM-SHA-256",
            "listener.name.mutual.ssl.client.auth": "required",
        }

    def _authority(self) -> None:
        self._openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test authority"),
        )

    def _signed(self, name: str, extension: str) -> None:
        (self.folder / f"{name}.ext").write_text(extension + "\n")
        self._openssl(
            *("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}"),
        )
        self._openssl(
            *("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key"),
            *("-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.pem"),
        )

    def _openssl(self, *arguments: str) -> None:
        line = [program("openssl"), *arguments]
        done = subprocess.run(line, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
