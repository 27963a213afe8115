"""Which version an editor saw, where numbers stand behind the tag."""

import pytest

from chalicelib.core.errors import PreconditionFailed, PreconditionRequired
from chalicelib.core.preconditions import ANY, Match, require_same


def represent() -> tuple[str, str]:
    return "abc-7-2", '{"held":2}'


@pytest.mark.parametrize("tag", ["abc", "abc-9-1", ANY])
def test_require_same_with_other_numbers_of_the_same_version_passes(tag: str) -> None:
    require_same(frozenset({"other-1", tag}), etag="abc", represent=represent)


@pytest.mark.parametrize("match", [frozenset({"ab-7-2"}), frozenset({"xyz-7-2"}), frozenset()])
def test_require_same_with_another_version_says_what_there_is(match: Match) -> None:
    with pytest.raises(PreconditionFailed) as failed:
        require_same(match, etag="abc", represent=represent)
    assert (failed.value.etag, failed.value.body) == represent()


def test_require_same_without_a_tag_is_refused() -> None:
    with pytest.raises(PreconditionRequired):
        require_same(None, etag="abc", represent=represent)
