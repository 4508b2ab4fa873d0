"""The one path from a request to a ranking; pages, batch lists, the API and evaluation all take it."""

from recsys.ranking.rank import rank, rank_many

__all__ = ["rank", "rank_many"]
