"""The loopback URLs of the emulated AWS. On AWS every API and distribution has a DNS name and a certificate; here they
are paths and ports. Used by the emulator, by on_emulator.py and by the scenario.
"""

import os
import re
from typing import NamedTuple

REGION = "eu-central-1"
ACCOUNT = "123456789012"
_API = re.compile(r"^(?:http|ws)s://([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com")
_CDN = re.compile(r"^https://[a-z0-9]+\.cloudfront\.net")


class Places(NamedTuple):
    """Ports on loopback: one for all of AWS, one for the CDN."""

    aws_port: int
    cdn_port: int

    @classmethod
    def of_environment(cls) -> "Places":
        """Returns the ports from the environment that the scenario gave this process."""
        return cls(int(os.environ["DEPLOY_AWS_PORT"]), int(os.environ["DEPLOY_CDN_PORT"]))

    @property
    def environment(self) -> dict[str, str]:
        """Returns the variables that `of_environment` reads."""
        return {"DEPLOY_AWS_PORT": str(self.aws_port), "DEPLOY_CDN_PORT": str(self.cdn_port)}

    @property
    def aws(self) -> str:
        """The endpoint of all AWS services."""
        return f"http://127.0.0.1:{self.aws_port}"

    @property
    def cdn(self) -> str:
        """The URL of the only distribution."""
        return f"http://127.0.0.1:{self.cdn_port}"

    @property
    def api(self) -> str:
        """The URL of a REST API without its stage, with {api} for the API's id."""
        return f"{self.aws}/_aws/execute-api/{{api}}"

    @property
    def socket(self) -> str:
        """The URL of a WebSocket API, with {api} and {stage}."""
        return f"ws://127.0.0.1:{self.aws_port}/_aws/execute-api/{{api}}/{{stage}}"

    def here(self, url: str) -> str:
        """Returns the loopback URL for a URL on AWS."""
        if found := _API.match(url):
            return self.api.format(api=found[1]) + url[found.end() :]
        return _CDN.sub(self.cdn, url)
