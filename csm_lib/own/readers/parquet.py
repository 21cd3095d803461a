"""Reading Parquet: columns are coded as they are read, no cell is touched in Python."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from csm_lib.own.readers.grid import Coder, Column, Grid, Refused, kind_for, plain_text, refuse_size

THREADS = 2
THRIFT = 64 << 20
"""Bytes a footer may claim for one of its texts or lists."""


def read_parquet(path: str) -> list[Grid]:
    """Read a Parquet file."""
    pa.set_cpu_count(THREADS)  # each thread reserves memory of its own
    try:
        file = pq.ParquetFile(
            path, thrift_string_size_limit=THRIFT, thrift_container_size_limit=THRIFT
        )
        schema, rows = file.schema_arrow, file.metadata.num_rows
        refuse_size(len(schema), rows)
        kept = []
        for place, field in enumerate(schema):
            if pa.types.is_nested(field.type):
                raise Refused(
                    f"has a column {field.name!r} of type {field.type}: a cell in it holds "
                    "several values. Give each a column of its own."
                )
            if re.fullmatch(r"__index_level_\d+__", field.name) is None:
                kept.append(place)
        names = [schema.field(place).name for place in kept]
        if not names:
            raise Refused("has no columns. Save the returns again.")
        if len(set(names)) < len(names):  # read by name, they would be mixed up
            again = next(name for name in names if names.count(name) > 1)
            raise Refused(f"has two columns named {again!r}. Rename one and save it again.")
        texts = [field.name for field in schema if _is_text(field.type)]
        file = pq.ParquetFile(
            path,
            read_dictionary=texts,
            thrift_string_size_limit=THRIFT,
            thrift_container_size_limit=THRIFT,
        )
        table = file.read(columns=names)
        if table.num_rows != rows or any(len(column) != rows for column in table.columns):
            raise Refused(
                f"says that it has {rows:,} rows and has another number: it is damaged. Save it "
                "again."
            )
        columns = [_column(table.column(name)) for name in names]
    except (pa.ArrowException, OSError, UnicodeError) as reason:
        said = " ".join(str(reason).split())[:200]
        raise Refused(f"cannot be read ({said}). It may be damaged: save it again.") from None
    dropped = len(schema) - len(names)
    notices = ["the index of a data frame, '__index_level_0__', was left out."] if dropped else []
    return [Grid("", columns, names=names, notices=notices)]


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _column(values: pa.ChunkedArray) -> Column:
    """Return a column coded: the distinct values as text, and a code for each cell."""
    if not pa.types.is_dictionary(values.type):
        values = values.dictionary_encode()
    coder = Coder()
    parts = []
    for chunk in values.unify_dictionaries().chunks:
        known = chunk.dictionary.to_pylist()
        if not _is_text(chunk.dictionary.type):
            known = [_text(value) for value in known]
        codes = [coder[text or ""] for text in known]
        # one more at the end, for the empty cells, whose index is set to -1
        lookup = np.array([*codes, -1], dtype=np.int32)
        index = chunk.indices.cast(pa.int32())
        at = (index.fill_null(-1) if index.null_count else index).to_numpy(zero_copy_only=False)
        if len(at) and not -1 <= at.min() <= at.max() < len(codes):
            raise Refused("has cells that point at no value: it is damaged. Save it again.")
        kind = kind_for(len(coder))
        parts.append(lookup.astype(kind)[at])
    kind = kind_for(len(coder))
    whole = np.concatenate([part.astype(kind, copy=False) for part in parts] or [np.empty(0, kind)])
    return Column(coder.texts, whole.tobytes(), kind)


def _text(value: Any) -> str:
    """Return a value as a person writes it; empty text where it is missing."""
    if value is None or value != value:  # not a number
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, bytes):
        return value.decode("utf-8")
    return plain_text(value)
