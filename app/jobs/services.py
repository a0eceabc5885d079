"""What every studio is given: models, threads, folders, settings, history. Passed in, never looked up."""

from __future__ import annotations

from dataclasses import dataclass

from app.base.paths import Paths
from app.base.settings import SettingsStore
from app.jobs.history import History
from app.jobs.worker import Jobs
from app.runtime.model import ModelShelf


@dataclass
class Services:
    """One set for the whole window."""

    shelf: ModelShelf
    jobs: Jobs
    paths: Paths
    settings: SettingsStore
    history: History

    def close(self) -> None:
        """Join the threads, then close the database."""
        self.jobs.close()
        self.history.close()
