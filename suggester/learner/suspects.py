"""Which text it is at which the child ends: all that it was asked for together are looked at one by
one. Knows no child, and no store.
"""

from __future__ import annotations

from collections.abc import Collection


class Suspects:
    """Documents, by number, at which the child may end.

    A request has one suspect alone, or none. One at which the child ends alone is `refused`; one
    that was answered for is no suspect any more.
    """

    def __init__(self) -> None:
        self.refused: set[int] = set()
        self._suspected: set[int] = set()

    def __contains__(self, number: int) -> bool:
        """Whether a document is to be looked at alone."""
        return number in self._suspected

    def begin_anew(self) -> None:
        """Forget all."""
        self.refused.clear()
        self._suspected.clear()

    def heard(self, numbers: Collection[int]) -> None:
        """The child answered for these."""
        self._suspected.difference_update(numbers)

    def failed(self, numbers: Collection[int]) -> bool:
        """The child ended at these, which were asked for together; whether that is now known to
        be one document's doing, which is refused."""
        if self._suspected.issuperset(numbers):
            self._suspected.difference_update(numbers)
            self.refused.update(numbers)
            return True
        self._suspected.update(numbers)
        return False
