"""DuckDB tables for analysts, one SQL file a mart."""
