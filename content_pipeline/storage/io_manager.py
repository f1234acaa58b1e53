"""Dagster's face of the lake: an asset's value is its list of records, split into one Parquet file a partition.

A run may cover a range of partitions: rows go to the partition that their own columns name, and a partition without rows still gets
its (empty) file, so that a consumer sees the schema and not an error.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from content_pipeline.storage.lake import Lake
from content_pipeline.storage.records import Record


class LakeIOManager(dg.IOManager):
    """Stores and loads lists of records; ``records`` maps an asset's name to the record that its rows are."""

    def __init__(self, lake: Lake, records: Mapping[str, type[Record]]) -> None:
        self._lake = lake
        self._records = records

    def handle_output(self, context: dg.OutputContext, obj: Sequence[Record]) -> None:
        """Write every partition of the run.

        Raises:
            ValueError: a row belongs to a partition that this run does not make.
        """
        asset = context.asset_key.path[-1]
        partitions = [_dims(key) for key in context.asset_partition_keys]
        rows: dict[tuple[tuple[str, str], ...], list[Record]] = defaultdict(list)
        for row in obj:
            rows[tuple((name, str(getattr(row, name))) for name in partitions[0])].append(row)
        strangers = rows.keys() - {tuple(dims.items()) for dims in partitions}
        if strangers:
            raise ValueError(
                f"{asset} made rows for {sorted(strangers)}, which is not a partition of this run"
            )
        record = self._records[asset]
        size = sum(self._lake.write(asset, dims, record, rows[tuple(dims.items())]) for dims in partitions)
        metadata: dict[str, Any] = {
            "dagster/row_count": len(obj),
            "partitions": len(partitions),
            "bytes": size,
        }
        if len(partitions) == 1:
            metadata["path"] = dg.MetadataValue.path(str(self._lake.path(asset, partitions[0])))
        context.add_output_metadata(metadata)

    def load_input(self, context: dg.InputContext) -> list[Record]:
        """Read every upstream partition that this run needs, oldest key first.

        Raises:
            FileNotFoundError: one was never materialized.
        """
        asset = context.asset_key.path[-1]
        keys = sorted(context.asset_partition_keys)
        return [row for key in keys for row in self._lake.read(asset, self._records[asset], _dims(key))]


def _dims(key: str) -> dict[str, str]:
    if isinstance(key, dg.MultiPartitionKey):
        return {name: str(value) for name, value in sorted(key.keys_by_dimension.items())}
    return {"day": str(key)}
