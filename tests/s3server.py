"""A real S3 server for tests: SeaweedFS, one process that keeps its files in a folder. Conditional writes, checksums
and signatures are the server's own; what is in a bucket can be read by anybody, as a published site can."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_S = 60
KEY, SECRET = "clawpub-tests", "not-a-secret"
BUCKET = "site"


@dataclass(frozen=True)
class S3Server:
    endpoint: str
    """Such as http://127.0.0.1:8333; a file is at <endpoint>/<bucket>/<key> for anybody."""

    @property
    def environment(self) -> Mapping[str, str]:
        """What boto3 finds its way with, in this process or in another."""
        return {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def client(self) -> Any:
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
        )

    def url(self, key: str, bucket: str = BUCKET) -> str:
        return f"{self.endpoint}/{bucket}/{key}"


@contextmanager
def s3_server(folder: Path, *buckets: str) -> Iterator[S3Server]:
    """Give a server that has these buckets, by default one called `site`, and stop it at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    users = {
        "identities": [
            {
                "name": "tests",
                "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
                "actions": ["Admin", "Read", "Write", "List", "Tagging"],
            },
            {"name": "anonymous", "actions": ["Read"]},
        ]
    }
    (folder / "users.json").write_text(json.dumps(users))
    ports = free_ports(4)
    names = ("master", "volume", "filer", "s3")
    command = [str(Path(sys.executable).with_name("weed")), "server", f"-dir={folder}", "-ip=127.0.0.1", "-s3"]
    command += [f"-{name}.port={port}" for name, port in zip(names, ports, strict=True)]
    command += [f"-{name}.port.grpc={port + 10000}" for name, port in zip(names, ports, strict=True)]
    command += [f"-s3.config={folder / 'users.json'}", f"-s3.localSocket={folder / 's3.sock'}"]
    command += [
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-volume.max=300",
        "-master.volumeSizeLimitMB=64",
        "-master.telemetry=false",
    ]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    server = S3Server(f"http://127.0.0.1:{ports[-1]}")
    try:
        _wait(server, process, folder / "server.log")
        client = server.client()
        for bucket in buckets or (BUCKET,):
            _make(client, bucket)
        yield server
    finally:
        process.kill()
        process.wait()


def free_ports(count: int) -> list[int]:
    """Return ports that are free now, each with the one 10,000 above it."""
    found: list[int] = []
    held: list[socket.socket] = []
    while len(found) < count:
        one, two = socket.socket(), socket.socket()
        held += [one, two]
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
        try:
            two.bind(("127.0.0.1", port + 10_000 if port < 55_000 else 70_000))
        except (OSError, OverflowError):
            continue
        found.append(port)
    for each in held:
        each.close()
    return found


def _wait(server: S3Server, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(START_S * 10):
        if process.poll() is not None:
            raise AssertionError(f"the S3 server stopped: {log.read_text()[-2000:]}")
        try:
            urllib.request.urlopen(f"{server.endpoint}/status", timeout=5).close()
            return
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the S3 server did not answer: {log.read_text()[-2000:]}")


def _make(client: Any, bucket: str) -> None:
    """Make a bucket and write into it once, so that the server has volumes to write to."""
    from botocore.exceptions import BotoCoreError, ClientError

    for _ in range(START_S * 5):
        try:
            client.create_bucket(Bucket=bucket)
            client.put_object(Bucket=bucket, Key="ready", Body=b"")
            client.delete_object(Bucket=bucket, Key="ready")
            return
        except (BotoCoreError, ClientError) as error:
            said = str(error)
            time.sleep(0.2)
    raise AssertionError(f"the bucket could not be made: {said}")
