"""Uploads of static files."""

from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from infra import website
from infra.deploy import steps
from infra.deploy.deployment import Deployment
from infra.settings import Unusable

BUCKET = "site"


class Site:
    """A bucket, a folder, and the invalidated paths."""

    def __init__(self, client: object, folder: Path) -> None:
        self.client: object = client
        self.folder = folder
        self.told: list[list[str]] = []

    def write(self, **files: str) -> None:
        for name in list(self.folder.iterdir()):
            name.unlink()
        for name, text in files.items():
            (self.folder / name.replace("__", ".")).write_text(text)

    def upload(self) -> list[str]:
        return website.upload(self.client, BUCKET, self.folder, tell=self.told.append)

    def go_live(self) -> list[str]:
        return website.prune(self.client, BUCKET, self.folder)

    def there(self) -> set[str]:
        listed = self.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])  # type: ignore[attr-defined]
        return {one["Key"] for one in listed} - {website.MANIFEST}


@pytest.fixture
def site(session: boto3.Session, tmp_path: Path) -> Site:
    client = session.client("s3")
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return Site(client, tmp_path)


def test_upload_sends_only_what_changed_and_tells_caches_of_names_that_stay(site: Site) -> None:
    site.write(site__js="1", robots__txt="x")
    first = website.release(site.folder)
    assert site.upload() == [f"{first}/robots.txt", f"{first}/site.js", "robots.txt", "site.js"]
    assert site.upload() == []
    site.write(site__js="2", robots__txt="x")
    second = website.release(site.folder)
    assert site.upload() == [f"{second}/robots.txt", f"{second}/site.js", "site.js"]
    assert site.told == [["/robots.txt", "/site.js"], ["/site.js"]]


def test_prune_keeps_the_live_release_and_the_one_before(site: Site) -> None:
    made = []
    for text in ("1", "2", "3"):
        site.write(site__js=text)
        made.append(website.release(site.folder))
        site.upload()
        site.go_live()
    assert len(set(made)) == 3
    assert site.there() == {f"{made[1]}/site.js", f"{made[2]}/site.js", "site.js"}
    assert site.go_live() == []


def test_uploads_that_never_went_live_cost_the_live_release_nothing(site: Site) -> None:
    site.write(site__js="live")
    live = website.release(site.folder)
    site.upload()
    site.go_live()
    for text in ("bad", "worse", "worst"):
        site.write(site__js=text)
        site.upload()
    assert f"{live}/site.js" in site.there()
    site.write(site__js="live")
    site.upload()
    site.go_live()
    assert site.there() == {f"{live}/site.js", "site.js"}
    assert site.told[-1] == ["/site.js"]


def test_invalidate_has_a_reference_of_its_own_each_time() -> None:
    seen = []

    class CloudFront:
        def create_invalidation(self, DistributionId: str, InvalidationBatch: dict[str, object]) -> None:
            seen.append(InvalidationBatch["CallerReference"])

    for _ in range(2):
        website.invalidate(CloudFront(), "d", ["/site.js"])
    assert len(set(seen)) == 2


def test_release_is_the_same_for_the_same_files_and_names_content_and_place(tmp_path: Path) -> None:
    def made(**files: str) -> str:
        folder = tmp_path / "_".join((*files, *files.values()))
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
        return website.release(folder)

    assert len({made(a="1", b="2"), made(a="2", b="1"), made(a="1"), made(b="1"), made(ab="1")}) == 5
    assert website.RELEASE.match(made(c="1") + "/")


def test_upload_killed_before_caches_were_told_is_done_again(site: Site) -> None:
    site.write(site__js="1")

    def killed(paths: list[str]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        website.upload(site.client, BUCKET, site.folder, tell=killed)
    assert "site.js" in site.upload()
    assert site.told == [["/site.js"]]


def test_files_have_type_and_lifetime(site: Site) -> None:
    site.write(site__js="1", base__css="2")
    site.upload()
    release = website.release(site.folder)
    seen = {
        name: (head["ContentType"], head["CacheControl"])
        for name in ("site.js", f"{release}/base.css")
        for head in [site.client.head_object(Bucket=BUCKET, Key=name)]  # type: ignore[attr-defined]
    }
    assert seen == {
        "site.js": ("text/javascript; charset=utf-8", "public, max-age=0, s-maxage=86400, must-revalidate"),
        f"{release}/base.css": ("text/css; charset=utf-8", "public, max-age=31536000, immutable"),
    }


def test_folder_of_project_is_what_was_built_or_the_files_of_a_release_before_the_build(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="make web"):
        website.folder_of(tmp_path)
    (tmp_path / "web/public/css").mkdir(parents=True)
    with pytest.raises(Unusable, match="make web"):
        website.folder_of(tmp_path)
    (tmp_path / "web/public/js").mkdir()
    assert website.folder_of(tmp_path) == tmp_path / "web/public"
    (tmp_path / "web/dist").mkdir()
    (tmp_path / "web/dist/NOTICE.txt").write_text("licences")
    assert website.folder_of(tmp_path) == tmp_path / "web/dist"


def test_folder_of_project_refuses_what_an_interrupted_build_left(tmp_path: Path) -> None:
    (tmp_path / "web/dist/css").mkdir(parents=True)
    with pytest.raises(Unusable, match="make web"):
        website.folder_of(tmp_path)


def test_check_refuses_a_checkout_without_its_website_before_anything_is_created(tmp_path: Path) -> None:
    here: Any = SimpleNamespace(project=tmp_path)
    with pytest.raises(Unusable, match="make web"):
        steps.check(here, lambda _: None)


def test_variables_for_a_stored_release_need_no_website_of_this_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = object.__new__(Deployment)
    here.project = tmp_path / "no website"
    for name in ("prefix", "public_url", "origin_digests", "websocket_url"):
        monkeypatch.setattr(Deployment, name, "x", raising=False)
    monkeypatch.setattr(Deployment, "outputs", lambda *_: defaultdict(str))
    here.stage = SimpleNamespace(name="dev", mail_from="a@marquee.example", environment={})  # type: ignore[assignment]
    here.parameters = SimpleNamespace(references=dict)  # type: ignore[assignment]
    assert here.variables("r-0123456789ab")["WEBSITE"] == "r-0123456789ab"
    with pytest.raises(Unusable, match="make web"):
        here.variables()
