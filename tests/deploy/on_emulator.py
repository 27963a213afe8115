"""`python -m tests.deploy.on_emulator up --stage dev`: runs `python -m infra` with AWS's names mapped to this machine.

Everything else of infra/ is unchanged: the same steps, the same calls.
"""

from infra.__main__ import cli
from infra.deploy import cloudformation, deployment
from tests.deploy.places import Places


def main() -> None:
    """Replaces the three kinds of URLs in AWS's domains by loopback URLs, then runs `python -m infra`."""
    places = Places.of_environment()
    deployment.API_URL, deployment.SOCKET_URL = places.api, places.socket
    told = cloudformation.Stacks.outputs

    def outputs(stacks: cloudformation.Stacks, name: str) -> dict[str, str]:
        return {key: places.here(value) for key, value in told(stacks, name).items()}

    cloudformation.Stacks.outputs = outputs
    cli(prog_name="python -m infra")


if __name__ == "__main__":
    main()
