"""docs/publishing.md says what there is: its settings are read, its table has every key, its policies are JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

from generator.publishing import PUBLISHING, Target, load_publishing

TEXT = (Path(__file__).parents[3] / "docs" / "publishing.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_settings_in_the_docs_are_read_and_each_key_is_explained(tmp_path: Path) -> None:
    (block,) = blocks("toml")
    (tmp_path / PUBLISHING).write_text(block)
    assert load_publishing(tmp_path).targets["production"].distribution
    assert set(re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)) == Target.model_fields.keys()


def test_policies_in_the_docs_are_json_and_allow_what_a_deploy_asks_for() -> None:
    bucket, publisher = (json.loads(block)["Statement"] for block in blocks("json"))
    assert [each["Effect"] for each in bucket] == ["Allow", "Allow", "Deny"]
    actions = {
        action
        for each in publisher
        for action in (each["Action"] if isinstance(each["Action"], list) else [each["Action"]])
    }
    assert actions == {
        "s3:ListBucket",
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "cloudfront:CreateInvalidation",
    }
