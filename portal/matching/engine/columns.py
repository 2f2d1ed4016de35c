"""Text columns that cost little more than their characters."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

#: How many rows share one piece of text.
PIECE = 4096
#: What stands between two values.
BREAK = "\n"


class Texts:
    """A column of short texts in pieces of joined text; values are cut out when asked for."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._pieces: list[str] = []
        self._ends = array("H")
        self._wide: dict[int, list[str]] = {}
        self._open: list[str] = []
        self._size = 0
        self.extend(values)

    def __len__(self) -> int:
        return self._size

    def extend(self, values: Iterable[str]) -> None:
        """Append values."""
        for at in range(0, len(given := list(values)), PIECE):
            some = given[at : at + PIECE]
            self._open += some
            self._size += len(some)
            while len(self._open) >= PIECE:
                self._seal(self._open[:PIECE])
                self._open = self._open[PIECE:]

    def append(self, value: str) -> None:
        """Append one value."""
        self.extend((value,))

    def _seal(self, values: list[str]) -> None:
        joined = BREAK.join(values)
        if joined.count(BREAK) != len(values) - 1 or len(joined) >= 65_536:
            self._wide[len(self._pieces)] = values
            self._pieces.append("")
            self._ends.extend([0] * PIECE)
            return
        self._pieces.append(joined)
        self._ends.extend(end + at for at, end in enumerate(accumulate(map(len, values))))

    def __getitem__(self, at: int) -> str:
        piece, row = divmod(at, PIECE)
        if piece == len(self._pieces):
            return self._open[row]
        if piece in self._wide:
            return self._wide[piece][row]
        start = self._ends[at - 1] + 1 if row else 0
        return self._pieces[piece][start : self._ends[at]]

    def some(self, places: Iterable[int]) -> list[str]:
        """Return the values at these places."""
        pieces, ends, wide, sealed = self._pieces, self._ends, self._wide, len(self._pieces) * PIECE
        found: list[str] = []
        for at in places:
            if at >= sealed or (wide and at // PIECE in wide):
                found.append(self[at])
            elif at % PIECE:
                found.append(pieces[at // PIECE][ends[at - 1] + 1 : ends[at]])
            else:
                found.append(pieces[at // PIECE][: ends[at]])
        return found

    def __iter__(self) -> Iterator[str]:
        for some in self.pieces():
            yield from some

    def pieces(self) -> Iterator[Sequence[str]]:
        """Yield the values piece by piece."""
        for number, piece in enumerate(self._pieces):
            yield self._wide.get(number) or piece.split(BREAK)
        if self._open:
            yield self._open

    def joined(self) -> Iterator[tuple[str, int]]:
        """Yield pieces as joined text with the number of values in it; for translating all of them at once."""
        for number, piece in enumerate(self._pieces):
            wide = self._wide.get(number)
            yield (BREAK.join(value.replace(BREAK, " ") for value in wide) if wide else piece), PIECE
        if self._open:
            yield BREAK.join(value.replace(BREAK, " ") for value in self._open), len(self._open)
