"""Shapes of the items in the content table, and how a resource becomes one. Used by the content stores."""

from pynamodb.attributes import BinaryAttribute, BooleanAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.aws.dynamo_tables import ContentTable
from chalicelib.core.kinds import REVISION
from chalicelib.representations.represent import Representation


class ResourceItem(ContentTable):
    """The representations of an event or of a part of one. `body` is the staff's and has all data. `public_body` is set
    only where it differs, `public_etag` only while the thing is public.
    """

    id = UnicodeAttribute()
    rev = NumberAttribute()
    etag = UnicodeAttribute()
    body = UnicodeAttribute()
    public_etag = UnicodeAttribute(null=True)
    public_body = UnicodeAttribute(null=True)
    slug = UnicodeAttribute(null=True)


class VersionsItem(ContentTable):
    """Counter and tag of each list of an event, for one view. `etag` changes with any of them."""

    etag = UnicodeAttribute()
    published = BooleanAttribute()
    event_ver = NumberAttribute(default=0)
    microlocations_ver = NumberAttribute(default=0)
    session_ver = NumberAttribute(default=0)
    speakers_ver = NumberAttribute(default=0)
    sponsors_ver = NumberAttribute(default=0)
    tracks_ver = NumberAttribute(default=0)
    microlocations_etag = UnicodeAttribute()
    sessions_etag = UnicodeAttribute()
    speakers_etag = UnicodeAttribute()
    sponsors_etag = UnicodeAttribute()
    tracks_etag = UnicodeAttribute()


class BodyItem(ContentTable):
    """A gzipped piece of the body of a list or page, stored under the body's tag."""

    body = BinaryAttribute(legacy_encoding=False)
    chunks = NumberAttribute()
    expires_at = NumberAttribute()


class SlugItem(ContentTable):
    """The event that a slug names."""

    event_id = UnicodeAttribute()


class DirectoryItem(ContentTable):
    """A published event in the public list of events."""

    id = UnicodeAttribute()
    body = UnicodeAttribute()


class DirectoryVersionsItem(ContentTable):
    """The tag of the public list of events."""

    etag = UnicodeAttribute()


def resource_item(
    key: tuple[str, str],
    resource_id: str,
    representation: Representation,
    public: Representation | None,
    *,
    slug: str | None = None,
) -> ResourceItem:
    """Returns the item with a resource's representations."""
    return ResourceItem(
        *key,
        id=resource_id,
        rev=REVISION,
        etag=representation.etag,
        body=representation.body,
        public_etag=public.etag if public else None,
        public_body=public.body if public and public.body != representation.body else None,
        slug=slug,
    )
