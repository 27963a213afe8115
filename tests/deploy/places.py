"""Where things are on this machine: on AWS every API and distribution has a name in DNS and a certificate, here there
are paths and ports on loopback. Used by the emulator, by the launcher of infra/ and by the scenario.
"""

import os
import re
from typing import NamedTuple

REGION = "eu-central-1"
ACCOUNT = "123456789012"
_API = re.compile(r"^(?:http|ws)s://([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com")
_CDN = re.compile(r"^https://[a-z0-9]+\.cloudfront\.net")


class Places(NamedTuple):
    """Ports on loopback: AWS as a whole, and the CDN as people's browsers see it."""

    aws_port: int
    cdn_port: int

    @classmethod
    def of_environment(cls) -> "Places":
        """As the scenario told the processes it started."""
        return cls(int(os.environ["DEPLOY_AWS_PORT"]), int(os.environ["DEPLOY_CDN_PORT"]))

    @property
    def environment(self) -> dict[str, str]:
        """What `of_environment` reads."""
        return {"DEPLOY_AWS_PORT": str(self.aws_port), "DEPLOY_CDN_PORT": str(self.cdn_port)}

    @property
    def aws(self) -> str:
        """The endpoint of every service."""
        return f"http://127.0.0.1:{self.aws_port}"

    @property
    def cdn(self) -> str:
        """The only distribution there is."""
        return f"http://127.0.0.1:{self.cdn_port}"

    @property
    def api(self) -> str:
        """Before the name of a gateway stage, with {api} for the API's id."""
        return f"{self.aws}/_aws/execute-api/{{api}}"

    @property
    def socket(self) -> str:
        """A WebSocket API, with {api} and {stage}."""
        return f"ws://127.0.0.1:{self.aws_port}/_aws/execute-api/{{api}}/{{stage}}"

    def here(self, url: str) -> str:
        """Where something is that has this URL on AWS."""
        if found := _API.match(url):
            return self.api.format(api=found[1]) + url[found.end() :]
        return _CDN.sub(self.cdn, url)
