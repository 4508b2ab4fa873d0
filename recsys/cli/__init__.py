"""`vitrine …`: arguments in, a workflow called, an answer out. No work is done here, and nothing heavy is imported."""

from recsys.cli.app import main

__all__ = ["main"]
