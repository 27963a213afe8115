"""Where the website's files are. Light: the read path imports this."""

from typing import NamedTuple


class Website(NamedTuple):
    """Origin of all links, and the release of the files in web/public (empty: files are asked for at each use).

    A release is part of the path, so that browsers may keep a file for ever and modules find each other in it.
    """

    url: str
    release: str = ""

    @property
    def static(self) -> str:
        """What the paths of styles and scripts begin with."""
        return f"/static/{self.release}" if self.release else "/static"
