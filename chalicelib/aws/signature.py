"""AWS Signature Version 4 for services that speak JSON; standard library only. Used by signed_client.py.

Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import time
from collections.abc import Callable

from chalicelib.config import AwsCredentials


class Service:
    """The wire constants of an AWS service: its signing name, the prefix of X-Amz-Target, and its content type."""

    __slots__ = ("content_type", "name", "target")

    def __init__(self, name: str, target: str, content_type: str = "application/x-amz-json-1.0") -> None:
        self.name = name
        self.target = target
        self.content_type = content_type


class Signer:
    """Signs POST requests to one host and path. Caches the derived key for the day on which it is valid."""

    def __init__(
        self, service: Service, *, host: str, path: str, region: str, credentials: Callable[[], AwsCredentials]
    ) -> None:
        self._service = service
        self._host = host
        self._path = path
        self._region = region
        self._credentials = credentials
        self._derived: tuple[tuple[str, str], bytes] | None = None

    def headers(self, operation: str, body: bytes, *, now: float) -> dict[str, str]:
        """Returns all headers of the request, including the signature. `now` in Unix seconds."""
        ours = self._credentials()
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
        headers = {
            "content-type": self._service.content_type,
            "host": self._host,
            "x-amz-date": moment,
            "x-amz-target": f"{self._service.target}.{operation}",
        }
        if ours.session_token:
            headers["x-amz-security-token"] = ours.session_token
        signed = ";".join(sorted(headers))
        scope = f"{moment[:8]}/{self._region}/{self._service.name}/aws4_request"
        canonical = self._canonical(headers, signed, body)
        text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical).hexdigest()}"
        key = self._key(ours.secret_key, moment[:8])
        signature = hmac.new(key, text.encode(), "sha256").hexdigest()
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={ours.access_key}/{scope}, SignedHeaders={signed}, Signature={signature}"
        )
        return headers

    def _canonical(self, headers: dict[str, str], signed: str, body: bytes) -> bytes:
        lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        return f"POST\n{self._path}\n\n{lines}\n{signed}\n{hashlib.sha256(body).hexdigest()}".encode()

    def _key(self, secret_key: str, day: str) -> bytes:
        if self._derived is None or self._derived[0] != (secret_key, day):
            key = f"AWS4{secret_key}".encode()
            for part in (day, self._region, self._service.name, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._derived = ((secret_key, day), key)
        return self._derived[1]
