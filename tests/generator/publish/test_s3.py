"""What a user reads where a store or a cache refuses: real clients against a real server, each with one thing wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import boto3
import pytest

from clawpub.errors import PublishError
from generator.publish.cloudfront import CloudFront
from generator.publish.order import Served
from generator.publish.released import LocalFile
from generator.publish.s3 import S3, SMALL, sdk
from generator.publish.store import Conflict
from tests.awsserver import aws_server
from tests.s3server import BUCKET, S3Server, s3_server

HOW = Served("text/plain", "no-cache")
LARGE = b"x" * (SMALL + 1)


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    with aws_server() as address:
        yield address


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in S3Server("").environment.items():
        if "ENDPOINT" not in name:
            monkeypatch.setenv(name, value)


def client(endpoint: str, name: str = "s3") -> Any:
    return sdk(name, region="us-east-1", endpoint_url=endpoint)


def test_a_bucket_that_is_not_there(aws: str) -> None:
    with pytest.raises(PublishError, match="NoSuchBucket") as error:
        list(S3(client(aws), "nowhere").listing())
    assert "make the bucket" in str(error.value)


def test_a_key_that_is_not_the_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with s3_server(tmp_path) as server:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
        with pytest.raises(PublishError, match="SignatureDoesNotMatch"):
            S3(client(server.endpoint), BUCKET).read("x")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
        with pytest.raises(PublishError, match="look at AWS_PROFILE"):
            S3(client(server.endpoint), BUCKET).read("x")


def test_no_credentials(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(PublishError, match="no credentials"):
        S3(client(aws), BUCKET).read("x")


def test_nobody_answers() -> None:
    with pytest.raises(PublishError, match="Could not connect to the endpoint"):
        S3(client("http://127.0.0.1:9"), BUCKET).read("x")


def test_a_condition_that_does_not_hold_is_a_conflict(aws: str) -> None:
    boto3.client("s3", endpoint_url=aws, region_name="us-east-1").create_bucket(Bucket=BUCKET)
    store = S3(client(aws), BUCKET, "a/b")
    etag = store.write("note", b"1", replaces=None)
    with pytest.raises(Conflict):
        store.write("note", b"2", replaces=None)
    with pytest.raises(Conflict):
        store.write("note", b"2", replaces="0" * 32)
    assert store.write("note", b"2", replaces=etag) != etag
    note = store.read("note")
    assert note and note.data == b"2" and 0 <= note.age_s < 60
    store.remove("note", etag=etag)
    assert store.read("note") is not None
    store.remove("note", etag=note.etag)
    assert store.read("note") is None and dict(store.listing()) == {}


@pytest.mark.parametrize("real", [False, True])
def test_a_file_is_put_only_in_the_place_of_what_was_seen_there(aws: str, real: bool, tmp_path: Path) -> None:
    with s3_server(tmp_path / "s3") if real else nullcontext(S3Server(aws)) as server:
        if not real:
            boto3.client("s3", endpoint_url=aws, region_name="us-east-1").create_bucket(Bucket="files")
        store = S3(client(server.endpoint), BUCKET if real else "files", "a")
        one, two, large = (local(tmp_path / name, data) for name, data in (("1", b"1"), ("2", b"2"), ("3", LARGE)))
        with pytest.raises(Conflict):
            store.put_file(one, HOW, replaces="0" * 32)
        etag = store.put_file(one, HOW, replaces=None)
        assert store.put_file(one, HOW, replaces=None) == etag, "an answer that was lost"
        with pytest.raises(Conflict):
            store.put_file(two, HOW, replaces=None)
        with pytest.raises(Conflict):
            store.put_file(two, HOW, replaces="0" * 32)
        assert store.put_file(two, HOW, replaces=etag) != etag
        with pytest.raises(Conflict):
            store.put_file(one, HOW, replaces=etag)
        store.delete([one.path])
        store.put_file(large, HOW, replaces=None)
        assert [listed.size for _, listed in store.listing()] == [len(LARGE)]


def test_a_file_that_changed_since_it_was_compared_does_not_go_out(aws: str, tmp_path: Path) -> None:
    file = local(tmp_path / "x", b"compared")
    file.file.write_bytes(b"others")
    with pytest.raises(PublishError, match="changed while it went out"):
        S3(client(aws), "nowhere").put_file(file, HOW, replaces=None)
    file.file.unlink()
    with pytest.raises(PublishError, match="cannot be read: No such file"):
        S3(client(aws), "nowhere").put_file(file, HOW, replaces=None)


def test_a_folder_that_a_console_made_is_no_file(aws: str) -> None:
    plain = boto3.client("s3", endpoint_url=aws, region_name="us-east-1")
    plain.create_bucket(Bucket="console")
    for key in ("site/", "site/packs/", "site/theirs"):
        plain.put_object(Bucket="console", Key=key, Body=b"")
    assert [key for key, _ in S3(client(aws), "console", "site").listing()] == ["theirs"]


def local(file: Path, data: bytes) -> LocalFile:
    file.write_bytes(data)
    return LocalFile("file", file, hashlib.sha256(data).hexdigest(), len(data))


def test_just_the_addresses_are_invalidated_and_a_reference_counts_once(aws: str) -> None:
    front = client(aws, "cloudfront")
    made = front.create_distribution(DistributionConfig=DISTRIBUTION)["Distribution"]["Id"]
    CloudFront(front, made).invalidate(["/", "/feed.xml"], "one")
    CloudFront(front, made).invalidate([f"/{number}" for number in range(2000)], "two")
    listed = front.list_invalidations(DistributionId=made)["InvalidationList"]["Items"]
    asked = [
        front.get_invalidation(DistributionId=made, Id=each["Id"])["Invalidation"]["InvalidationBatch"]["Paths"][
            "Items"
        ]
        for each in listed
    ]
    assert sorted(asked) == [["/", "/feed.xml"], ["/*"]] or sorted(asked, key=len) == [["/*"], ["/", "/feed.xml"]]
    below = CloudFront(front, made, "https://example.org/weekly ä/")
    below.invalidate(["/", "/x/"], "three")
    assert front.list_invalidations(DistributionId=made)["InvalidationList"]["Quantity"] == 3
    assert {"/weekly%20%C3%A4/", "/weekly%20%C3%A4/x/"} in [
        set(
            front.get_invalidation(DistributionId=made, Id=each["Id"])["Invalidation"]["InvalidationBatch"]["Paths"][
                "Items"
            ]
        )
        for each in front.list_invalidations(DistributionId=made)["InvalidationList"]["Items"]
    ]
    with pytest.raises(PublishError, match="NoSuchDistribution"):
        CloudFront(front, "nowhere").invalidate(["/"], "three")


DISTRIBUTION = {
    "CallerReference": "tests",
    "Comment": "",
    "Enabled": True,
    "Origins": {
        "Quantity": 1,
        "Items": [{"Id": "s3", "DomainName": "site.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}],
    },
    "DefaultCacheBehavior": {
        "TargetOriginId": "s3",
        "ViewerProtocolPolicy": "redirect-to-https",
        "MinTTL": 0,
        "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
    },
}
