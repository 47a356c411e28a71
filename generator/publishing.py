"""`publish.toml` beside `content/`: where a publication goes. It is never published itself, and holds no secrets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from clawpub.toml_source import load_toml, validate
from generator.mail.settings import MailSettings

PUBLISHING = "publish.toml"

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Target(BaseModel):
    """`[targets.NAME]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: _Text = Field(description="such as s3://bucket/prefix, git:origin#gh-pages or folder:/srv/www")
    region: str | None = None
    endpoint_url: str | None = Field(default=None, description="of an S3 that is not Amazon's")
    distribution: str | None = Field(default=None, description="the CloudFront distribution before the bucket")
    keep_assets_h: Annotated[float, Field(ge=0, le=24 * 365)] = Field(
        default=24, description="hours for which assets of former releases are kept for pages that readers have open"
    )


class Publishing(BaseModel):
    """`publish.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    targets: dict[str, Target] = {}
    mail: MailSettings | None = None


def load_publishing(root: Path) -> Publishing:
    """Return what a publication's `publish.toml` says; nothing where there is none.

    Raises: ConfigError naming line and key.
    """
    path = root / PUBLISHING
    return validate(Publishing, load_toml(path)) if path.is_file() else Publishing()
