"""How long work says where it is: one callable that the command line draws and the training process writes down."""

from typing import Protocol


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
