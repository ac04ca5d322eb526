"""Inputs that are nearly right: a seed with some edits, drawn and shrunk by Hypothesis."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

_MOST_BYTES = 400_000
_FRACTIONS = 1 << 16


@dataclass(frozen=True)
class Edit:
    """At a fraction of the input, remove bytes, and insert bytes as many times as `times` says."""

    at: int
    removed: int
    inserted: bytes
    times: int

    def applied(self, text: bytes) -> bytes:
        """The text after this edit."""
        place = self.at * (len(text) + 1) // _FRACTIONS
        times = min(self.times, _MOST_BYTES // (len(self.inserted) + 1) + 1)
        return text[:place] + self.inserted * times + text[place + self.removed :]


@dataclass(frozen=True)
class Mutant:
    """A seed and what is done to it; shown by its edits, for the bytes may be many."""

    seed: bytes = field(repr=False)
    edits: tuple[Edit, ...]

    @property
    def text(self) -> bytes:
        """The seed after the edits."""
        text = self.seed
        for edit in self.edits:
            text = edit.applied(text)[:_MOST_BYTES]
        return text


def edited(seeds: Sequence[bytes], tokens: Sequence[bytes]) -> st.SearchStrategy[Mutant]:
    """One of the seeds after one to eight edits that insert tokens, pieces of seeds, or noise."""
    pieces = [line for seed in seeds for line in seed.splitlines(keepends=True)][:2000]
    inserted = st.one_of(
        st.just(b""), st.sampled_from(tokens), st.sampled_from(pieces), st.binary(max_size=8)
    )
    edit = st.builds(
        Edit,
        st.integers(0, _FRACTIONS - 1),
        st.one_of(st.integers(0, 8), st.integers(0, 4000)),
        inserted,
        st.sampled_from([1, 1, 1, 2, 300, 20_000]),
    )
    edits = st.lists(edit, min_size=1, max_size=8).map(tuple)
    return st.builds(Mutant, st.sampled_from(seeds), edits)
