"""In work."""

from ui.components import empty_state, page_header

page_header("recommendations", "…")
empty_state("x", "y", command="vitrine demo")
