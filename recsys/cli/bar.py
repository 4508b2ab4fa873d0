"""Progress on stderr: a bar on a terminal, a line now and then in a log."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

import click

from recsys.progress import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

LINE_INTERVAL_S = 5.0
SHOW_AFTER_S = 0.5


class Bar:
    """A progress that draws itself; use it as a context manager and hand it to a workflow.

    Parameters
    ----------
    also
        Another progress that hears the same (the training process writes its state to a file).
    """

    def __init__(self, also: Progress | None = None) -> None:
        self._also = also
        self._began = time.monotonic()
        self._last_line = 0.0
        self._stage = ""
        self._fraction = 0.0
        self._terminal = sys.stderr.isatty()
        self._drawn: RichProgress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> "Bar":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn is not None:
            self._drawn.stop()

    def __call__(
        self,
        stage: str,
        fraction: float,
        *,
        message: str = "",
        loss: float | None = None,
        validation: float | None = None,
    ) -> None:
        """Report a step, see `recsys.progress.Progress`."""
        if self._also is not None:
            self._also(stage, fraction, message=message, loss=loss, validation=validation)
        self._fraction = max(self._fraction, min(fraction, 1.0))
        if self._terminal:
            self._draw(stage, message)
        else:
            self._print_line(stage, message)

    def _draw(self, stage: str, message: str) -> None:
        """Redraw the bar; work that is over at once never shows one."""
        text = f"{stage} · {message}" if message else stage
        if self._drawn is None:
            if time.monotonic() - self._began < SHOW_AFTER_S:
                return
            self._drawn, self._task = _start_bar(text)
        if self._task is not None:
            self._drawn.update(self._task, completed=self._fraction, description=text)

    def _print_line(self, stage: str, message: str) -> None:
        """One line per stage and one every few seconds."""
        now = time.monotonic()
        if stage == self._stage and now - self._last_line < LINE_INTERVAL_S:
            return
        self._stage, self._last_line = stage, now
        detail = f" · {message}" if message else ""
        click.echo(f"[{now - self._began:6.1f} s] {self._fraction:4.0%}  {stage}{detail}", err=True)


def _start_bar(text: str) -> "tuple[RichProgress, TaskID]":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    bar.start()
    return bar, bar.add_task(text, total=1.0)
