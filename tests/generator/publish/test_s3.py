"""What a user reads where a store or a cache refuses: real clients against a real server, each with one thing wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from clawpub.errors import PublishError
from generator.publish.cloudfront import CloudFront
from generator.publish.s3 import S3, sdk
from generator.publish.store import Conflict
from tests.awsserver import aws_server
from tests.s3server import BUCKET, S3Server, s3_server


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
