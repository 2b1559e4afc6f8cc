"""The list of documents as a reviewer has it: what differs, what is gold, and by whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from tonemark.corpus import listing_reviews
from tonemark.corpus.gold import is_rule
from tonemark.corpus.listing import Listed, Show
from tonemark.review.desk import ReviewDesk
from tonemark.text import short
from tonemark.tui.screens.listing import DocumentsScreen


class ReviewsScreen(DocumentsScreen):
    """The project's documents whose answers are all in; Enter opens one for review."""

    SHOWS: ClassVar[tuple[Show, ...]] = listing_reviews.SHOWS

    STATE = 17

    @property
    def desk(self) -> ReviewDesk:
        """The reviewer's place at the project."""
        desk = super().desk
        assert isinstance(desk, ReviewDesk)
        return desk

    def heading(self) -> tuple[str, str]:
        """What is listed."""
        name = short(self.desk.project.name, 30)
        shown = "reviews" if self.show == "all" else f"reviews: {self.show}"
        return f"{name} · {shown}", f"{short(self.desk.reviewer, 32)} reviews"

    def state(self, item: Listed) -> str:
        """A document's state, and who made it gold."""
        if item.state != "gold":
            return item.state
        return "gold by a rule" if is_rule(item.by) else f"gold by {item.by}"

    def nothing(self) -> str:
        """Where no document is in a state."""
        if self.show == "all":
            return "no document has all its answers"
        return super().nothing()

    def _stream(self, after: int, backwards: bool = False) -> Iterator[Listed | None]:
        desk = self.desk
        return listing_reviews.listed_reviews(
            desk.store, desk.annotator, self.show, annotates=desk.turns.annotates,
            after=after, backwards=backwards, drafts=self.drafts(),
        )  # fmt: skip
