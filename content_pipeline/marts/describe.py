"""The marts' tables, macros and columns with their comments, as Markdown: the reference part of docs/marts.md."""

import tempfile
from pathlib import Path

import duckdb

from content_pipeline.marts.build import MARTS, build_marts


def describe_marts() -> str:
    """Return one section a mart, made from the comments in its SQL file."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "marts.duckdb"
        build_marts(str(Path(folder) / "lake"), target)
        with duckdb.connect(target, read_only=True) as connection:
            sections = [_section(connection, mart) for mart in MARTS]
            macros = connection.execute(
                "select function_name, parameters[1], comment from duckdb_functions() "
                "where function_type = 'table_macro' and not internal order by 1"
            ).fetchall()
    listed = [f"- `{name}({parameter})`: {comment}" for name, parameter, comment in macros]
    return "\n\n".join([*sections, "## As-of macros\n\n" + "\n".join(listed)]) + "\n"


def _section(connection: duckdb.DuckDBPyConnection, mart: str) -> str:
    title = connection.execute("select comment from duckdb_tables() where table_name = ?", [mart]).fetchone()
    columns = connection.execute(
        "select column_name, data_type, comment from duckdb_columns() where table_name = ? order by column_index",
        [mart],
    ).fetchall()
    rows = [f"| `{name}` | {kind} | {comment} |" for name, kind, comment in columns]
    return "\n".join(
        [
            f"## {mart}",
            "",
            title[0] if title else "",
            "",
            "| column | type | meaning |",
            "|---|---|---|",
            *rows,
        ]
    )
