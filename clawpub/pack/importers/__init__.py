"""Tables that no campaign made, out of files that others wrote.

    file -> RawTable (one reader a format) -> columns (inference.py) -> Table and what it says of itself (importing.py)

Nothing is guessed silently: what a reader or the inference decided is a note, printed and sealed with the table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from clawpub.errors import ConfigError
from clawpub.pack.importers.delimited import read_delimited
from clawpub.pack.importers.json_tables import read_json
from clawpub.pack.importers.parquet import read_parquet
from clawpub.pack.importers.raw import RawTable

Reader = Callable[..., list[RawTable]]

READERS: dict[str, Reader] = {
    ".csv": read_delimited,
    ".csv.gz": read_delimited,
    ".tsv": read_delimited,
    ".tsv.gz": read_delimited,
    ".json": read_json,
    ".jsonl": read_json,
    ".ndjson": read_json,
    ".parquet": read_parquet,
}


@dataclass(frozen=True)
class Reading:
    """How a file is to be read, where that does not follow from the file."""

    encoding: str = ""
    delimiter: str = ""


AS_IT_STANDS = Reading()


def read_tables(path: Path, reading: Reading = AS_IT_STANDS) -> list[RawTable]:
    """Return the tables of a file, as they stand there.

    Raises: ConfigError naming file, line, what was expected and what to do.
    """
    ending = next((each for each in sorted(READERS, key=len, reverse=True) if path.name.lower().endswith(each)), None)
    if ending is None:
        raise ConfigError(
            f"no table format ends in {path.suffix or path.name!r}",
            at=path,
            hint=f"formats: {', '.join(READERS)}; save the sheet as CSV",
        )
    name = path.name[: -len(ending)]
    if READERS[ending] is not read_delimited:
        if reading != AS_IT_STANDS:
            raise ConfigError("encoding and delimiter are for CSV and TSV", at=path, hint="leave them out")
        return READERS[ending](path, name)
    return read_delimited(path, name, encoding=reading.encoding, delimiter=reading.delimiter)
