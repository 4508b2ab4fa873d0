"""The few error classes a caller reacts to differently.

Every message says what is wrong, the value received, what is allowed and what to do.
"""


class VitrineError(Exception):
    """Base of every error meant for a person; the message is one clear sentence."""


class InputError(VitrineError):
    """A file, column, value or argument from outside does not fit."""


class StoreError(VitrineError):
    """The store cannot be opened, is damaged, or is read-only."""


class StoreLockedError(StoreError):
    """Another process owns this shop's store."""


class RunError(VitrineError):
    """A run is missing, incomplete, corrupt, or not fit for promotion."""


class EncoderError(VitrineError):
    """An encoder cannot be loaded or its output is unusable."""


class CancelledError(VitrineError):
    """A person stopped the work; nothing was changed."""
