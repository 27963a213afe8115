"""An event as staff see it, or none."""

import pytest

from chalicelib.content.services.load_event import load_event
from chalicelib.core.errors import NotFound
from tests.unit.content.builders import EVENT, RecordedProgramme
from tests.unit.website.builders import event


def test_load_event_gives_what_is_stored() -> None:
    assert load_event(RecordedProgramme(event()), EVENT) == event()


def test_load_event_that_is_gone_is_not_found() -> None:
    with pytest.raises(NotFound):
        load_event(RecordedProgramme(), EVENT)
