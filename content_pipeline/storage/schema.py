"""The Arrow schema of a record: one column a field, so that every Parquet file of an asset has the same columns and types.

The mapping is exact for what records use; a field of any other type is a programming error and raises.
"""

from datetime import date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import pyarrow as pa
from pydantic import BaseModel

_PLAIN: dict[type, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    datetime: pa.timestamp("us", tz="UTC"),
    date: pa.date32(),
}


@cache
def arrow_schema(record: type[BaseModel]) -> pa.Schema:
    """Return the schema of ``record``: fields in order of declaration, parts as structs, lists and string-keyed maps.

    Raises:
        TypeError: a field has a type that a lake column cannot hold.
    """
    return pa.schema(list(_fields(record)))


def _fields(model: type[BaseModel]) -> list[pa.Field]:
    return [pa.field(name, *_type(info.annotation)) for name, info in model.model_fields.items()]


def _type(annotation: Any) -> tuple[pa.DataType, bool]:
    """Return the Arrow type of an annotation and whether it may be null."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        inner = [arg for arg in args if arg is not NoneType]
        if len(inner) != 1:
            raise TypeError(f"a lake column cannot hold {annotation}")
        return _type(inner[0])[0], True
    if origin is Literal:
        return pa.string(), False
    if origin is list:
        return pa.list_(pa.field("element", *_type(args[0]))), False
    if origin is dict:
        if args[0] is not str and get_origin(args[0]) is not Literal:
            raise TypeError(f"a lake column cannot hold {annotation}")
        return pa.map_(pa.string(), _type(args[1])[0]), False
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return pa.struct(_fields(annotation)), False
    if annotation in _PLAIN:
        return _PLAIN[annotation], False
    raise TypeError(f"a lake column cannot hold {annotation}")
