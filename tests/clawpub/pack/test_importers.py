"""Other people's tables: nothing is lost, nothing is guessed silently, and what cannot be read says where and why."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from frictionless import Package
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from clawpub.errors import ConfigError
from clawpub.pack.compare import compare_packs
from clawpub.pack.importers import description
from clawpub.pack.importers.description import Description, Source, load_description
from clawpub.pack.importers.importing import ImportedTable, read_import, seal_import
from clawpub.pack.importers.names import column_names, table_name
from clawpub.pack.query import Database
from clawpub.pack.reader import Pack, open_pack
from clawpub.pack.schema import PER_TASK_RESULTS, RUN_SUMMARY, is_standard
from clawpub.pack.tables import Cell
from clawpub.pack.verify import verify_pack


def read(path: Path, **said: Any) -> ImportedTable:
    """Return the one table of a file, as it would be sealed."""
    (found,) = read_import(Description.model_validate(said), [path], base=path.parent).tables
    return found


def column(tmp_path: Path, cells: Sequence[str], **said: Any) -> tuple[str, list[Cell], list[str]]:
    """Return type, cells and notes of a CSV column `x` with these cells."""
    file = tmp_path / "t.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([("n", "x"), *enumerate(cells)])
    found = read(file, **said)
    return found.table.schema.columns[1].type, found.table.column("x"), list(found.origin.notes)


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def seal(tmp_path: Path, *files: Path, pack_id: str = "mine", **said: object) -> Pack:
    words: dict[str, object] = {
        "source": "A log, https://example.org/log",
        "licence": "CC-BY-4.0",
        "title": "Mine",
        **said,
    }
    return seal_import(
        read_import(Description.model_validate(words), files, base=tmp_path), tmp_path / "packs" / pack_id
    )


# --- what cells are ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["1", "-2", "", "0"], "integer", [1, -2, None, 0]),
        (["1", "2.50", ".5", "2e3"], "number", [Decimal(1), Decimal("2.5"), Decimal("0.5"), Decimal(2000)]),
        (["true", "False", "TRUE"], "boolean", [True, False, True]),
        (
            ["2026-01-02T03:04:05Z", "2026-01-02 03:04:05+00:00"],
            "datetime",
            [datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)] * 2,
        ),
        (["NA", "1", "-"], "integer", [None, 1, None]),
        (["NaN", "1.5", "inf"], "number", [None, Decimal("1.5"), None]),
        (["999999999999999999", "1"], "integer", [999999999999999999, 1]),
    ],
)
def test_a_column_is_what_all_of_its_cells_prove(
    tmp_path: Path, cells: list[str], kind: str, values: list[Cell]
) -> None:
    assert column(tmp_path, cells)[:2] == (kind, values)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["12%", "3.5%"], "percent sign; --percent x"),
        (["007", "42"], "begins with a zero"),
        (["$1,234.50", "7"], "currency sign; --type x=number"),
        (["1,234", "56"], "separators"),
        (["+5", "-3"], "begins with a plus"),
        (["12345678901234567890", "1"], "more digits"),
        (["1e400"], "more digits"),
        (["2026-01-02 03:04", "2026-01-02 03:05"], "no time zone"),
        (["1", "2", "3", "4", "pending"], "because of “pending” (line 6)"),
        (["true", "1"], "mixes boolean and integer"),
        (["", ""], "every cell is empty"),
    ],
)
def test_what_is_not_proved_stays_text_to_the_letter_and_the_reason_is_said(
    tmp_path: Path, cells: list[str], said: str
) -> None:
    kind, values, notes = column(tmp_path, cells)
    assert (kind, values) == ("string", [cell or None for cell in cells])
    assert any(said in note for note in notes), notes


@pytest.mark.parametrize(
    "cells", [["NA", "DE"], ["None", "Some"], ["2026-09-19", "2026-09-20"], ["2026-02-30T00:00:00Z"], ["1_000"], ["١٢"]]
)
def test_words_that_mean_missing_among_numbers_are_words_among_words(tmp_path: Path, cells: list[str]) -> None:
    assert column(tmp_path, cells)[:2] == ("string", cells)


def test_what_was_read_as_missing_is_counted(tmp_path: Path) -> None:
    notes = column(tmp_path, ["1", "NA", "NA", "n/a", "inf"])[2]
    assert "x: 2 cells “NA” read as missing" in notes and "x: 1 cell “n/a” read as missing" in notes
    assert "x: 1 cell “inf” read as missing: it is no number" in notes


def test_a_spelling_that_somebody_declares_missing_is_so_in_every_column(tmp_path: Path) -> None:
    assert column(tmp_path, ["unknown", "x"], missing=["unknown"])[:2] == ("string", [None, "x"])
    assert column(tmp_path, ["unknown", "1"], missing=["unknown"])[:2] == ("integer", [None, 1])


@pytest.mark.parametrize(
    ("kind", "cells", "values"),
    [
        ("percent", ["12%", "3.5 %", "", "NA", "40"], ["0.12", "0.035", None, None, "0.4"]),
        ("number", ["$1,234.50", "-€5", "−2", "+1", "1e2"], ["1234.5", "-5", "-2", "1", "100"]),
        ("integer", ["007", "1,000", "2.0"], [7, 1000, 2]),
        ("boolean", ["yes", "0", "True"], [True, False, True]),
        ("datetime", ["2026-01-02 03:04"], [datetime(2026, 1, 2, 3, 4, tzinfo=UTC)]),
        ("datetime", ["2026-01-02T03:04:05+02:00"], [datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC)]),
        ("string", ["1", "NA"], ["1", "NA"]),
    ],
)
def test_a_declared_type_reads_what_the_inference_leaves_as_text(
    tmp_path: Path, kind: str, cells: list[str], values: list[Any]
) -> None:
    tables = {"t": {"columns": {"x": {"type": kind}}}}
    found = column(tmp_path, cells, tables=tables)
    wanted = [Decimal(v) if kind in ("percent", "number") and v is not None else v for v in values]
    assert found[1] == wanted


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("integer", "1.5"),
        ("integer", "1234567890123456789"),
        ("number", "1.234,5"),
        ("number", "1,23"),
        ("number", "--1"),
        ("number", "1" * 41),
        ("percent", "a%"),
        ("boolean", "maybe"),
        ("datetime", "2026-13-01T00:00:00Z"),
        ("datetime", "2026-01-01"),
    ],
)
def test_a_cell_that_does_not_fit_its_declared_type_is_named(tmp_path: Path, kind: str, cell: str) -> None:
    with pytest.raises(ConfigError, match="column x holds") as caught:
        column(tmp_path, ["", cell], tables={"t": {"columns": {"x": {"type": kind}}}})
    assert caught.value.at is not None and caught.value.at.line == 3


def test_numbers_keep_every_digit_and_say_what_a_query_rounds(tmp_path: Path) -> None:
    kind, values, notes = column(tmp_path, ["0.12345678901234567890", "1.10"])
    assert (kind, values[0]) == ("number", Decimal("0.1234567890123456789"))
    assert any("more than 15 digits" in note for note in notes)
    assert "trailing zeros are not stored (0.12345678901234567890 is 0.1234567890123456789): x" in notes


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
            st.one_of(st.integers(-(10**17), 10**17).map(str), st.sampled_from(["", "NA", "1.50", "x", "007", "+1"])),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_is_imported_is_read_back_as_it_was_imported(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
    file = folder / "any.csv"
    file.write_bytes(out.getvalue().encode())
    made = read_import(Description.model_validate({"source": "x", "licence": "y"}), [file], base=folder)
    pack = seal_import(made, folder / "packs" / "any")
    assert verify_pack(pack.path) == []
    read_back = open_pack(pack.path).table("any")
    assert read_back.rows == made.tables[0].table.rows
    if read_back.rows and read_back.schema.columns[0].type == "string":
        assert read_back.column("a") == [text or None for text, _ in rows]
    Database({"this": [read_back]}).close()


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("aider-edit.v2", "aider_edit_v2"),
        ("Trades 2026", "trades_2026"),
        ("2026", "_2026"),
        ("sqlite_x", "t_sqlite_x"),
        ("Größe", "grosse"),
        ("данные", ""),
        ("../../etc/passwd", "etc_passwd"),
    ],
)
def test_a_table_is_named_after_its_file(name: str, made: str) -> None:
    assert table_name(name) == made


def test_columns_keep_legal_names_and_others_are_made_legal_and_unique() -> None:
    header = ["ok", "OK", " a ", "Win %", "", 'say "hi"', "1st", "ok_2"]
    names, notes = column_names(header)
    assert names == ["ok", "OK_2", "a", "Win_percent", "column_5", "say_hi", "_1st", "ok_2_2"]
    assert len(notes) == 6


def test_the_name_in_the_source_stays_in_the_columns_description(tmp_path: Path) -> None:
    found = read(write(tmp_path / "t.csv", "Win %,b\n1,2\n"))
    assert found.table.schema.columns[0].description == "in the source: Win %"


def test_words_of_sql_among_the_names_are_said(tmp_path: Path) -> None:
    found = read(write(tmp_path / "orders.csv", "id,when,order,true,rank,Current_Date\n1,2,3,4,5,6\n"))
    words = [note.partition(" is a word of SQL")[0] for note in found.origin.notes if "word of SQL" in note]
    assert words == ["when", "order", "true", "Current_Date"]


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("n,v\né,1\n".encode("utf-8-sig"), ""),
        ("n,v\né,1\n".encode("utf-16"), "UTF-16"),
        ("n,v\né,1\n".encode("utf-16-le"), "UTF-16, by its zero bytes"),
        ("n,v\né,1\n".encode("latin-1"), "Windows-1252 (Latin-1), since line 2"),
        ("n,v\né,1\n".encode("utf-16-be"), "UTF-16, by its zero bytes"),
        ("n;v\né;1\n".encode(), "semicolons"),
        ("\n\nn,v\r\né,1\r\n\r\n".encode(), "blank lines"),
    ],
)
def test_encodings_and_delimiters_are_found_out_and_said(tmp_path: Path, data: bytes, said: str) -> None:
    found = read(write(tmp_path / "t.csv", data))
    assert [dict(row) for row in found.table.rows] == [{"n": "é", "v": 1}]
    assert said in " ".join(found.origin.notes)


def test_tsv_and_gzip_of_several_members_are_read(tmp_path: Path) -> None:
    assert read(write(tmp_path / "t.tsv", "a\tb\n1,5\tx\n")).table.rows[0]["a"] == "1,5"
    packed = gzip.compress(b"a,b\n1,2\n") + gzip.compress(b"3,4\n")
    assert read(write(tmp_path / "t.csv.gz", packed)).table.column("a") == [1, 3]


@pytest.mark.parametrize(
    ("name", "data", "line", "said"),
    [
        ("t.csv", b"", None, "the file is empty"),
        ("t.csv", b" \n \n", None, "the file is empty"),
        ("t.csv", b"a,b\n1,2\n1,2,3\n", 3, "3 cells, expected 2"),
        ("t.csv", b'a,b\n"x\ny",2\n1\n', 4, "1 cell, expected 2"),
        ("t.csv", b'a,b\n1,2\n"x,2\n3,4\n', 3, "a quote is not closed"),
        ("t.csv", b'a,b\n"x"y,2\n', 2, "not CSV"),
        ("t.csv", b"a,b\n" + b"x" * (1 << 21) + b",1\n", 2, "a cell of more than"),
        ("t.csv", bytes(range(128, 256)), 1, "not UTF-8"),
        ("t.csv", b"\xff\xfea", 1, "not utf-16"),
        ("t.csv", b",".join(b"c%d" % n for n in range(1001)), None, "1,001 columns"),
        ("t.csv.gz", b"a,b\n1,2\n", None, "not gzip"),
        ("t.csv.gz", gzip.compress(b"a,b\n1,2\n" * 99, mtime=0)[:30], None, "not gzip"),
        ("t.xlsx", b"PK", None, "no table format ends in '.xlsx'"),
        ("данные.csv", b"a\n1\n", None, "gives no name for a table"),
        ("t.json", b"", None, "the file is empty"),
        ("t.json", b'[{"a": 1},\n{"b":]', 2, "not JSON"),
        ("t.json", b'[{"a": 1}, 5]', None, "record 2 of t is a number"),
        ("t.json", b'{"a": 1}', None, "no member of this object is a list of objects"),
        ("t.json", b"5", None, "a number is no table"),
        ("t.json", b"[]", None, "a list without a record"),
        ("t.json", b"[{}]", None, "records without a member"),
        ("t.json", b'[{"a": 1, "a": 2}]', None, "an object names 'a' twice"),
        ("t.json", b"[" * 100_000, None, "nested too deep"),
        ("t.json", b'[{"a": ' + b"9" * 5000 + b"}]", None, "Exceeds the limit"),
        ("t.json", b'[{"a": 1e99999999999999999999}]', None, "beyond any range"),
        ("t.json", b'[{"a": "\xff"}]', 1, "not UTF-8"),
        ("t.jsonl", b'{"a": 1}\n\n{"a": oops}\n', 3, "not JSON"),
        ("t.jsonl", b'{"a": 1}\n[1]\n', 2, "record 2 of t is a list"),
        ("t.parquet", b"PAR1xxxxPAR1", None, "not Parquet"),
        ("t.parquet", b"", None, "not Parquet"),
    ],
)
def test_what_cannot_be_read_says_where_what_and_what_to_do(
    tmp_path: Path, name: str, data: bytes, line: int | None, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(write(tmp_path / name, data))
    assert said in caught.value.message
    assert caught.value.hint and caught.value.at is not None
    assert (caught.value.at.path, caught.value.at.line) == (tmp_path / name, line)


def test_a_file_larger_than_any_packs_is_refused_before_it_is_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as out:
        out.truncate(1 << 30)
    with pytest.raises(ConfigError, match="1,024 MB, and a file of a pack holds at most 256 MB"):
        read(huge)


@pytest.mark.parametrize("path", ["nowhere.csv", "folder.csv"])
def test_a_file_that_is_none_is_said(tmp_path: Path, path: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(ConfigError, match=r"no such file|a folder"):
        read(tmp_path / path)


def test_json_knows_text_from_numbers_and_keeps_what_was_typed(tmp_path: Path) -> None:
    records = '[{"i": 1, "n": 1.10, "s": "007", "d": "2026-01-02T03:04:05Z", "l": [1.50, {"é": null}], "z": NaN},'
    records += '{"i": 2, "n": "N/A", "s": "12", "b": true, "z": 0}]'
    found = read(write(tmp_path / "t.json", records))
    kinds = [column.type for column in found.table.schema.columns]
    assert " ".join(kinds) == "integer number string datetime string integer boolean"
    first, second = found.table.rows
    assert (first["n"], first["s"], first["l"]) == (Decimal("1.1"), "007", '[1.50,{"é":null}]')
    assert (first["z"], second["z"], second["n"], first["b"]) == (None, 0, None, None)
    notes = " ".join(found.origin.notes)
    assert "b: 1 of 2 records do not have it" in notes and "NaN” read as missing" in notes


def test_half_a_surrogate_pair_is_its_escape_wherever_it_stands(tmp_path: Path) -> None:
    pack = seal(
        tmp_path, write(tmp_path / "t.json", r'[{"a\ud800": "x\ud800y", "l": ["\ud800"], "ok": "\ud83d\ude00"}]')
    )
    assert verify_pack(pack.path) == []
    assert pack.table("t").rows[0] == {"a_ud800": "x\\ud800y", "l": '["\\ud800"]', "ok": "\U0001f600"}


def test_an_object_of_lists_is_several_tables(tmp_path: Path) -> None:
    file = write(tmp_path / "x.json", json.dumps({"v": 1, "Trades": [{"a": 1}], "scans": [{"b": 2}]}))
    made = read_import(Description(), [file], base=tmp_path)
    assert [each.table.name for each in made.tables] == ["trades", "scans"]
    assert made.tables[0].origin.notes == ("left out, since no list of objects: v",)
    lines = write(tmp_path / "y.json", '{"a": 1}\n{"a": 2}\n')
    assert read(lines).table.column("a") == [1, 2]


def test_parquet_gives_its_own_types(tmp_path: Path) -> None:
    moment = datetime(2026, 1, 1, 12, tzinfo=UTC)
    columns = {
        "i": [1, 2, None],
        "u": pyarrow.array([1, 2, 2**64 - 1], pyarrow.uint64()),
        "f": [0.1, 2.0, float("nan")],
        "f32": pyarrow.array([0.1, 1.5, None], pyarrow.float32()),
        "s": ["007", None, ""],
        "b": [True, None, False],
        "t": pyarrow.array([moment, None, moment], pyarrow.timestamp("us", "UTC")),
        "ns": pyarrow.array([1, 2, 3], pyarrow.timestamp("ns", "UTC")),
        "d": [date(2026, 1, 1)] * 3,
        "m": [Decimal("1.10"), Decimal("2.00"), None],
        "c": pyarrow.array(["x", "y", "x"]).dictionary_encode(),
        "l": [[1, 2], [], None],
    }
    parquet.write_table(pyarrow.table(columns), tmp_path / "t.parquet")
    found = read(tmp_path / "t.parquet").table
    kinds = " ".join(column.type for column in found.schema.columns)
    assert kinds == ("integer string number number string boolean datetime string string number string string")
    assert found.column("f") == [Decimal("0.1"), Decimal(2), None]
    assert found.column("f32") == [Decimal("0.1"), Decimal("1.5"), None]
    assert found.column("u")[2] == "18446744073709551615"
    assert found.column("s") == ["007", None, None]
    assert (found.column("t")[0], found.column("d")[0], found.column("l")[0]) == (moment, "2026-01-01", "[1,2]")


def test_parquet_says_how_to_get_what_it_needs(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from pathlib import Path\n"
        "from clawpub.errors import ConfigError\n"
        "from clawpub.pack.importers import read_tables\n"
        "try:\n    read_tables(Path(sys.argv[1]))\nexcept ConfigError as error:\n    print(error)"
    )
    file = write(tmp_path / "t.parquet", b"PAR1")
    done = subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True, check=True)
    assert "needs pyarrow" in done.stdout and "make extra NAME=parquet" in done.stdout


# --- packs ------------------------------------------------------------------------------------------------------------

DESCRIBED = """\
title = "My bot"
source = ["The bot's log, https://example.org/log", { title = "Notes" }]
licence = "CC-BY-4.0"
notes = ["Paper trades."]

[tables.trades]
file = "export (3).csv"
key = ["id"]
title = "Every trade"
notes = "Closed trades only."
source = "An exchange, https://example.org/exchange"
licence = "not stated"

[tables.trades.columns.win]
type = "percent"
description = "of all"
"""


def test_a_described_import_is_a_valid_data_package_and_can_be_repeated(tmp_path: Path) -> None:
    write(tmp_path / "export (3).csv", "id,win,note\n1,12%,x\n2,,\n")
    write(tmp_path / "prices.json", '[{"a": 1.5}]')
    said = load_description(write(tmp_path / "import.toml", DESCRIBED))
    files = [tmp_path / "prices.json"]
    pack = seal_import(read_import(said, files, base=tmp_path), tmp_path / "packs" / "bot")
    again = seal_import(read_import(said, files, base=tmp_path), tmp_path / "others" / "bot")
    assert again.digest == pack.digest and verify_pack(pack.path) == []
    report = Package(str(pack.path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "note"])
    whole, trades = pack.descriptor, pack.resources["trades"]
    assert whole.sources == ({"title": "The bot's log", "path": "https://example.org/log"}, {"title": "Notes"})
    assert whole.licenses == ({"name": "CC-BY-4.0"},) and pack.resources["prices"].sources == whole.sources
    assert trades.sources[0]["title"] == "An exchange" and trades.description == "Closed trades only."
    assert trades.licenses == ({"name": "not-stated", "title": "not stated"},)
    assert trades.imported and trades.imported.file == "export (3).csv"
    database = Database({"this": pack.tables()})
    assert database.ask("trades[1].win").value() == Decimal("0.12")
    assert database.ask("select count(win) from trades").value() == 1


def test_the_example_in_the_description_of_descriptions_is_one(tmp_path: Path) -> None:
    example = str(description.__doc__).partition("\n\n")[2].replace("sha256:…", "sha256:" + "0" * 64)
    read = load_description(write(tmp_path / "import.toml", example))
    assert read.tables["trades"].columns["win_rate"].type == "percent" and read.parent


def test_a_correction_names_the_pack_that_it_corrects(tmp_path: Path) -> None:
    first = seal(tmp_path, write(tmp_path / "t.csv", "a\n1\n"))
    second = seal(tmp_path, write(tmp_path / "t.csv", "a\n2\n"), pack_id="mended", parent=first.digest)
    assert second.info.parent == first.digest and verify_pack(second.path) == []


def test_other_words_or_other_cells_are_another_pack(tmp_path: Path) -> None:
    file = write(tmp_path / "t.csv", "a\n1\n")
    first = seal(tmp_path, file).digest
    assert seal(tmp_path, file).digest == first
    assert seal(tmp_path, file, pack_id="other", licence="MIT").digest != first


@pytest.mark.parametrize("what", ["source", "licence"])
def test_nothing_is_sealed_without_source_and_licence(tmp_path: Path, what: str) -> None:
    with pytest.raises(ConfigError, match=f"no {what} is said of t"):
        seal(tmp_path, write(tmp_path / "t.csv", "a\n1\n"), pack_id="mine", **{what: ()})
    assert not (tmp_path / "packs").exists()


@pytest.mark.parametrize(
    ("rows", "line", "said"),
    [
        ("1,x\n2,y\n1,x\n", 4, "a second row with the key a = 1: line 2 has it too"),
        ("1,x\n,y\n", 3, "the key a is empty"),
    ],
)
def test_a_key_tells_rows_apart_or_is_refused(tmp_path: Path, rows: str, line: int, said: str) -> None:
    file = write(tmp_path / "t.csv", "a,b\n" + rows)
    with pytest.raises(ConfigError) as caught:
        read(file, tables={"t": {"key": ["a"]}})
    assert said in caught.value.message and caught.value.at is not None and caught.value.at.line == line


def test_what_could_be_a_key_is_suggested_and_never_taken(tmp_path: Path) -> None:
    found = read(write(tmp_path / "t.csv", "a,b,c,d\n1,x,1.5,\n2,x,2.5,y\n"))
    assert found.could_be_key == ("a",) and found.table.schema.primary_key == ()


@pytest.mark.parametrize(
    ("said", "licence"),
    [
        ("CC-BY-4.0", {"name": "CC-BY-4.0"}),
        ("Apache 2.0", {"name": "Apache-2.0", "title": "Apache 2.0"}),
        ("MIT, https://example.org/mit", {"name": "MIT", "path": "https://example.org/mit"}),
        ("https://example.org/terms", {"path": "https://example.org/terms"}),
        ("Mine; ask me!", {"name": "other", "title": "Mine; ask me!"}),
    ],
)
def test_a_licence_has_a_name_by_spdx_or_words(said: str, licence: dict[str, str]) -> None:
    (found,) = Description.model_validate({"licence": said}).licence
    assert found.standard() == licence


@pytest.mark.parametrize(
    ("said", "title", "url"),
    [
        ("The log, https://example.org/a", "The log", "https://example.org/a"),
        ("https://example.org/a.", "", "https://example.org/a"),
        ("Aider (https://example.org/a), in May", "Aider (https://example.org/a), in May", "https://example.org/a"),
        ("see https://example.org/a", "see https://example.org/a", "https://example.org/a"),
        ("My notebook", "My notebook", ""),
    ],
)
def test_a_source_is_words_and_an_address(said: str, title: str, url: str) -> None:
    (found,) = Description.model_validate({"source": said}).source
    assert found == Source(title=title, url=url)


# --- standard tables --------------------------------------------------------------------------------------------------


def transcribed(tmp_path: Path, pack_id: str, passes: Sequence[int]) -> Pack:
    tasks = write(
        tmp_path / "per_task_results.csv",
        "task_id,passes,runs\n" + "".join(f"t{number},{count},3\n" for number, count in enumerate(passes)),
    )
    total = write(tmp_path / "run_summary.csv", f"runs,passes,pass_rate\n{3 * len(passes)},{sum(passes)},\n")
    return seal(tmp_path, tasks, total, pack_id=pack_id, origin="transcribed")


def test_a_transcribed_campaign_is_read_as_the_standard_tables_and_compared(tmp_path: Path) -> None:
    packs = [transcribed(tmp_path, "one", [3, 2, 0]), transcribed(tmp_path, "other", [3, 3, 3])]
    for pack in packs:
        assert is_standard(pack.table("per_task_results").schema, PER_TASK_RESULTS)
        assert is_standard(pack.table("run_summary").schema, RUN_SUMMARY)
        assert pack.table("run_summary").rows[0]["cost_usd"] is None and verify_pack(pack.path) == []
        assert pack.table("run_summary").rows[0]["pass_rate"] is None  # never computed from what is there
    found = compare_packs(packs)
    assert [sheet.score for sheet in found.sheets] == ["5/9", "9/9"] and len(found.tasks) == 3


CAMPAIGN = {
    "model": "acme.dense-32b-v1:0",
    "provider": "bedrock",
    "harness": "openclaw",
    "harness_version": "2026.4.22",
    "suite": "agentic-core-v1",
    "runs_per_task": 3,
    "started": date(2026, 5, 21),
}


def test_an_import_says_what_its_source_states_of_the_campaign_and_no_more(tmp_path: Path) -> None:
    total = write(tmp_path / "run_summary.csv", "runs,passes\n30,23\n")
    pack = seal(tmp_path, total, origin="transcribed", campaign=CAMPAIGN)
    told = pack.info.campaign
    assert told and (told.id, told.model.id, told.harness.version) == ("mine", "acme.dense-32b-v1:0", "2026.4.22")
    assert told.suite.digest is None and told.model.region is None and told.predictions is None and told.price is None
    assert told.started_at == told.ended_at == datetime(2026, 5, 21, tzinfo=UTC)
    assert any("the days are stated" in note for note in pack.info.notes)
    assert verify_pack(pack.path) == []
    other = seal(tmp_path, total, pack_id="other", origin="transcribed", campaign={**CAMPAIGN, "model": "acme.other"})
    notes = compare_packs([pack, other]).notes
    assert "not every source states the version of the suite: a difference may be the tasks'" in notes


@pytest.mark.parametrize(
    ("change", "said"), [({"ended": date(2026, 5, 20)}, "ended before it started"), ({"runs_per_task": 0}, "greater")]
)
def test_a_campaign_that_cannot_have_been_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Description.model_validate({"campaign": {**CAMPAIGN, **change}})


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("per_task_results", "task_id,passes,runs,mine\nt,1,2,3\n", "it also has mine"),
        ("per_task_results", "passes,runs\n1,2\n", "it lacks task_id"),
        ("run_summary", "runs,passes\n1,1\n2,1\n", "it has 2 rows"),
    ],
)
def test_a_table_of_ones_own_under_a_standard_name_stays_ones_own(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    found = read(write(tmp_path / f"{name}.csv", text))
    assert not found.standard and not is_standard(found.table.schema)
    assert any(said in note for note in found.origin.notes)


@pytest.mark.parametrize(
    ("text", "said"),
    [("runs,pass_rate\n3,66.67\n", "expected a share from 0 to 1"), ("runs\nmany\n", "expected a whole number")],
)
def test_a_standard_table_holds_what_its_columns_say(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read(write(tmp_path / "run_summary.csv", text))
