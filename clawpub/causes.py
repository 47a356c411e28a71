"""What can go wrong around a model that is not its doing, in one table: what to do, and what may have been paid.

A run that stops for one of these causes has no score. Nothing here is ever a failure mode of a model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Cause = Literal[
    "throttled",
    "overloaded",
    "server_error",
    "model_error",
    "timeout",
    "connection",
    "bad_answer",
    "refused",
    "denied",
    "not_found",
    "setup",
    "sandbox",
    "harness",
    "bug",
]


@dataclass(frozen=True)
class Policy:
    about: str
    retry: bool
    """Whether the same call may go through a little later."""
    paid: bool
    """Whether the server may have worked on the call, and billed it, without our getting its answer."""


CAUSES: Mapping[Cause, Policy] = {
    "throttled": Policy("the server asks for fewer calls", retry=True, paid=False),
    "overloaded": Policy("the server or the model is not ready for calls", retry=True, paid=False),
    "server_error": Policy("the server failed", retry=True, paid=True),
    "model_error": Policy("the model behind the server failed or took too long", retry=True, paid=True),
    "timeout": Policy("no answer within the call's time", retry=True, paid=True),
    "connection": Policy("the connection could not be made, or broke", retry=True, paid=True),
    "bad_answer": Policy("the answer is not what the format promises", retry=True, paid=True),
    "refused": Policy("the server says that the request is wrong", retry=False, paid=False),
    "denied": Policy("the key or account may not do this", retry=False, paid=False),
    "not_found": Policy("no such model or address", retry=False, paid=False),
    "setup": Policy("the model's server could not be set up", retry=False, paid=False),
    "sandbox": Policy("no box, or a box that broke", retry=True, paid=False),
    "harness": Policy("the harness broke, or its own record contradicts what it said", retry=True, paid=False),
    "bug": Policy("a fault in clawpub", retry=False, paid=False),
}
