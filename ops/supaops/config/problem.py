"""What a field's parser says about a value that it refuses."""

from __future__ import annotations

from supaops.config.places import KeyPath


class Complaint(ValueError):
    """A value is not what its key expects.

    Args:
        expected: the sentence that follows the key's path; never quotes the value.
        hint: what to write instead.
        below: where inside the value, for a key that holds a structure.
        reveal: whether the value may be shown beside the sentence.
    """

    def __init__(
        self, expected: str, *, hint: str | None = None, below: KeyPath = (), reveal: bool = True
    ) -> None:
        super().__init__(expected)
        self.expected = expected
        self.hint = hint
        self.below = below
        self.reveal = reveal


class Complaints(ValueError):
    """Several complaints about one structured value."""

    def __init__(self, complaints: list[Complaint]) -> None:
        super().__init__("; ".join(complaint.expected for complaint in complaints))
        self.complaints = complaints
