"""The location of the website's files. Light: the read path imports this."""

from typing import NamedTuple


class Website(NamedTuple):
    """The origin of all links, and the release of the files in web/dist (empty: browsers check files at each use).

    The release is part of the path, so that browsers may cache files for ever and modules import each other.
    """

    url: str
    release: str = ""

    @property
    def static(self) -> str:
        """The beginning of the paths of styles and scripts."""
        return f"/static/{self.release}" if self.release else "/static"
