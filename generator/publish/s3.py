"""S3, and whatever speaks its language, through boto3: which is imported here and in cloudfront.py alone."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from clawpub.errors import ConfigError, PublishError
from generator.publish.order import Served
from generator.publish.released import LocalFile
from generator.publish.store import AT_ONCE, Conflict, Head, Listed, Note

ATTEMPTS = 5
"""Of each request; what a second one meets of the first, such as a lock of ours, is known as ours."""
MOST_DELETED = 1000
"""Objects of one request, as the service has it."""
CONTROL = "no-store"
SMALL = 4 << 20
"""Bytes of files that are read whole before they are sent."""

_CONFLICTS = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
_ABSENT = frozenset({"NoSuchKey", "404", "NotFound"})
_HINTS = {
    "NoSuchBucket": "make the bucket, or mend its name",
    "AccessDenied": "docs/publishing.md lists what the credentials must allow",
    "403": "docs/publishing.md lists what the credentials must allow",
    "InvalidAccessKeyId": "the credentials are not this service's: look at AWS_PROFILE and AWS_ACCESS_KEY_ID",
    "SignatureDoesNotMatch": "the secret key is not that of the access key",
    "ExpiredToken": "log in again: the session's credentials have ended",
    "AuthorizationHeaderMalformed": "the bucket is in another region: set `region` in publish.toml or AWS_REGION",
    "PermanentRedirect": "the bucket is in another region: set `region` in publish.toml or AWS_REGION",
    "IllegalLocationConstraintException": "the bucket is in another region: set `region` in publish.toml",
    "RequestTimeTooSkewed": "this machine's clock is wrong: set it",
    "SlowDown": "the store asks for fewer requests: publish again in a minute, it goes on where it stopped",
    "NotImplemented": "this store has no conditional writes (If-None-Match), which keep two deploys apart: use another",
    "BadDigest": "a file changed while it went out: build the release again",
}
_LOG_IN = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in"

P = ParamSpec("P")
T = TypeVar("T")


def sdk(name: str, *, region: str | None, endpoint_url: str | None = None, attempts: int = ATTEMPTS) -> Any:
    """Return a client of one of Amazon's services, which finds its credentials by itself.

    Raises: ConfigError where boto3 is missing or cannot be set up.
    """
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError:
        raise ConfigError(
            "boto3 is needed for that", hint="make extra NAME=publish, or: pip install 'clawpub[publish]'"
        ) from None
    config = Config(
        max_pool_connections=AT_ONCE + 1,
        retries={"mode": "standard", "total_max_attempts": attempts},
        connect_timeout=10,
        read_timeout=60,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        tcp_keepalive=True,
    )
    try:
        return boto3.Session().client(name, region_name=region, endpoint_url=endpoint_url, config=config)
    except (BotoCoreError, ValueError) as error:
        raise ConfigError(f"{name} cannot be reached: {error}", hint="look at AWS_PROFILE and AWS_REGION") from None


def told(call: Callable[P, T]) -> Callable[P, T]:
    """Return a call that raises PublishError for whatever its service answers instead of doing it."""

    @wraps(call)
    def calling(*args: P.args, **kwargs: P.kwargs) -> T:
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

        try:
            return call(*args, **kwargs)
        except ClientError as error:
            code = _code(error)
            words = str(error.response.get("Error", {}).get("Message") or "")
            about = f"{error.operation_name}: {code}{f', {words}' if words and words != code else ''}"
            raise PublishError(about, hint=_HINTS.get(code, "publish again: it goes on where it stopped")) from None
        except NoCredentialsError:
            raise PublishError("no credentials", hint=_LOG_IN) from None
        except (BotoCoreError, Boto3Error) as error:
            ours = any(word in type(error).__name__ for word in ("Credential", "Token", "Login", "Profile"))
            hint = _LOG_IN if ours else "publish again: it goes on where it stopped"
            raise PublishError(str(error), hint=hint) from None

    return calling


class S3:
    """A bucket, or what stands under a prefix of it."""

    def __init__(self, client: Any, bucket: str, prefix: str = "") -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""

    @told
    def listing(self) -> Iterator[tuple[str, Listed]]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
        found = [each for page in pages for each in page.get("Contents", ())]
        cut = len(self._prefix)
        files = [each for each in found if each["Size"] or not each["Key"].endswith("/")]  # else a console's "folder"
        return iter([(each["Key"][cut:], Listed(_bare(each["ETag"]), each["Size"])) for each in files])

    @told
    def head(self, key: str) -> Head | None:
        found = self._found(self._client.head_object, key)
        if found is None:
            return None
        served = Served(found.get("ContentType", ""), found.get("CacheControl", ""))
        return Head(_bare(found["ETag"]), found.get("Metadata", {}).get("sha256", ""), served)

    @told
    def put_file(self, file: LocalFile, served: Served, *, replaces: str | None) -> str:
        headers = {
            "ChecksumSHA256": base64.b64encode(bytes.fromhex(file.sha256)).decode(),
            "ContentType": served.content_type,
            "CacheControl": served.cache_control,
            "Metadata": {"sha256": file.sha256},
        }
        try:
            if file.size <= SMALL:  # what is read from a file is sent one round trip later: the client asks first
                return self._put(file.path, file.read(), replaces, **headers)
            with file.file.open("rb") as body:
                return self._put(file.path, body, replaces, **headers)
        except OSError as error:
            raise PublishError(f"cannot be read: {error.strerror}", at=file.file) from None
        except Conflict:
            found = self.head(file.path)
            if found is not None and (found.sha256, found.served) == (file.sha256, served):
                return found.etag  # it is there: an answer was lost on its way
            raise

    def _put(self, key: str, body: Any, replaces: str | None, **headers: Any) -> str:
        """Put an object in the place of the one with this ETag, None for none, and return the new one's.

        Raises: Conflict.
        """
        from botocore.exceptions import ClientError

        condition = {"IfMatch": f'"{replaces}"'} if replaces is not None else {"IfNoneMatch": "*"}
        try:
            answer = self._client.put_object(
                Bucket=self._bucket, Key=self._prefix + key, Body=body, **headers, **condition
            )
        except ClientError as error:
            if _code(error) in (_CONFLICTS if replaces is None else _CONFLICTS | _ABSENT):
                raise Conflict(f"{key} is not as it was") from None
            raise
        return _bare(answer["ETag"])

    @told
    def delete(self, keys: Iterable[str]) -> None:
        doomed = [{"Key": self._prefix + key} for key in keys]
        for start in range(0, len(doomed), MOST_DELETED):
            objects = doomed[start : start + MOST_DELETED]
            answer = self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True})
            for error in answer.get("Errors", ()):
                code = str(error.get("Code"))
                raise PublishError(f"{error.get('Key')} could not be deleted: {code}", hint=_HINTS.get(code))

    @told
    def read(self, key: str) -> Note | None:
        found = self._found(self._client.get_object, key)
        if found is None:
            return None
        asked: datetime = _date(found["ResponseMetadata"]["HTTPHeaders"].get("date")) or found["LastModified"]
        with found["Body"] as body:
            return Note(body.read(), _bare(found["ETag"]), (asked - found["LastModified"]).total_seconds())

    @told
    def write(self, key: str, data: bytes, *, replaces: str | None) -> str:
        return self._put(key, data, replaces, ContentType="application/json", CacheControl=CONTROL)

    @told
    def remove(self, key: str, *, etag: str) -> None:
        found = self._found(self._client.head_object, key)
        if found is not None and _bare(found["ETag"]) == etag:
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + key)

    def _found(self, ask: Callable[..., Any], key: str) -> Any:
        """Return what the store says of an object; None where there is none."""
        from botocore.exceptions import ClientError

        try:
            return ask(Bucket=self._bucket, Key=self._prefix + key)
        except ClientError as error:
            if _code(error) in _ABSENT:
                return None
            raise


def _code(error: Any) -> str:
    """Return what a service calls the error that it answered with."""
    return str(error.response.get("Error", {}).get("Code", "unknown"))


def _bare(etag: str) -> str:
    return etag.strip('"')


def _date(header: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(header) if header else None
    except ValueError:
        return None
