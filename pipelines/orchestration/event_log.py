"""Dagster's event log, written over connections that stay open.

A run tells some two thousand events (every model planned, built and tested, every delivery read). Dagster opens
and closes SQLite's files three times for each, which took longer than building the models. Files and tables
are Dagster's own: any other reader of them sees the same log.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Self

from dagster import EventLogEntry, StringSource
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

EVENTS = "history/runs"  # below Dagster's home, where its own log keeps them


class OpenEventLog(SqliteEventLogStorage):
    """Stores events over open connections to the index and to the run that told the last one; reads as Dagster does."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._open: dict[str, Connection] = {}
        self._lock = threading.Lock()
        self._of_thread = threading.local()
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> Any:
        """Dagster's home, which `dagster.yaml` names by its variable, so that an installation may be moved."""
        return {"dagster_home": StringSource}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        """The log of the home that the configuration names."""
        return cls(str(Path(config_value["dagster_home"]) / EVENTS), inst_data)

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event as Dagster does, over open connections."""
        self._of_thread.is_storing = True
        try:
            super().store_event(event)
        finally:
            self._of_thread.is_storing = False

    def run_connection(self, run_id: str | None = None) -> AbstractContextManager[Connection]:
        """A transaction in the file of one run."""
        return self._transaction(run_id or "") if self._is_storing else super().run_connection(run_id)

    def index_connection(self) -> AbstractContextManager[Connection]:
        """A transaction in the file that all runs share."""
        return self._transaction(INDEX_SHARD_NAME) if self._is_storing else super().index_connection()

    def has_table(self, table_name: str) -> bool:
        """True when the index has a table, which Dagster asks for every event; a table is never dropped."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def dispose(self) -> None:
        """Close what is open."""
        with self._lock:
            self._close_all_but()
        super().dispose()

    @property
    def _is_storing(self) -> bool:
        return getattr(self._of_thread, "is_storing", False)

    @contextmanager
    def _transaction(self, shard: str) -> Iterator[Connection]:
        with self._lock:
            if shard not in self._open:
                if shard != INDEX_SHARD_NAME:
                    self._close_all_but(INDEX_SHARD_NAME)
                self._open[shard] = self._opened(shard)
            with self._open[shard].begin():
                yield self._open[shard]

    def _opened(self, shard: str) -> Connection:
        with super().run_connection(shard):
            pass  # Dagster makes the file when it is first used
        several_threads = {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False}
        connection = create_engine(
            self.conn_string_for_shard(shard), poolclass=NullPool, connect_args=several_threads
        ).connect()
        # The log is whole after a crash of the run; the last events before a power failure it may lack.
        connection.exec_driver_sql("pragma synchronous = normal")
        connection.commit()
        return connection

    def _close_all_but(self, *kept: str) -> None:
        for shard in self._open.keys() - set(kept):
            self._open.pop(shard).close()
