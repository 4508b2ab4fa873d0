"""How long work says where it is: one callable that the command line draws and the training process writes down.

What learns deep inside a stage, such as the epochs of a component, tells its loss to whoever watches (`report_loss`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

LossWatcher = Callable[[str, float], None]
"""Called with the name of a curve and its next value."""
_watcher: ContextVar[LossWatcher | None] = ContextVar("loss_watcher", default=None)


class Progress(Protocol):
    """What a workflow calls while it works; every call is cheap, so call it often."""

    def __call__(
        self,
        stage: str,
        fraction: float,
        *,
        message: str = "",
        loss: float | None = None,
        validation: float | None = None,
    ) -> None:
        """Report a step.

        Parameters
        ----------
        stage
            What is being done, in words a merchandiser reads ("Reading pictures").
        fraction
            Share of the *whole* job that is done, 0 to 1; never goes back.
        message
            A detail such as "1,200 of 2,000".
        loss, validation
            The newest point of a learning curve, where the stage has one.
        """


def silent(
    stage: str, fraction: float, *, message: str = "", loss: float | None = None, validation: float | None = None
) -> None:
    """Progress that nobody watches."""


def scaled(progress: Progress, start: float, end: float) -> Progress:
    """Map a part's own 0 to 1 onto the stretch `start` to `end` of the whole.

    Examples
    --------
    >>> seen = []
    >>> part = scaled(lambda stage, fraction, **_: seen.append((stage, fraction)), 0.5, 0.7)
    >>> part("Reading pictures", 0.5)
    >>> seen
    [('Reading pictures', 0.6)]
    """

    def report(
        stage: str, fraction: float, *, message: str = "", loss: float | None = None, validation: float | None = None
    ) -> None:
        whole = start + (end - start) * min(max(fraction, 0.0), 1.0)
        progress(stage, whole, message=message, loss=loss, validation=validation)

    return report


@contextmanager
def watch_losses(watcher: LossWatcher) -> Iterator[None]:
    """Tell the losses of everything that learns inside the block, in this thread, to `watcher`.

    Examples
    --------
    >>> seen = []
    >>> with watch_losses(lambda curve, value: seen.append((curve, value))):
    ...     report_loss("als", 0.5)
    >>> report_loss("als", 0.4)  # nobody watches
    >>> seen
    [('als', 0.5)]
    """
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


def losses_are_watched() -> bool:
    """Tell whether a loss that costs time to compute is worth it."""
    return _watcher.get() is not None


def report_loss(curve: str, value: float) -> None:
    """Tell the next value of a training loss; cheap and without effect where nobody watches.

    Parameters
    ----------
    curve
        A word of letters, digits and `_`, such as "als".
    value
        After one epoch or step.
    """
    watcher = _watcher.get()
    if watcher is not None:
        watcher(curve, value)
