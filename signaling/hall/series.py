"""Series of notice numbers: how far each was counted, and which counts were reserved, given back and are free again.

Both live in the hall's named counters, which the store keeps with each record: ``<series>`` is the highest count
given out, ``free:<series>:<count>`` is 1 while that count is free. Pure bookkeeping; who draws and why is
numbering.py's.
"""

from collections.abc import Mapping

_FREE = "free:"


class Series:
    """The free counts of each series, kept true beside the counters they are written in."""

    def __init__(self, counters: Mapping[str, int]) -> None:
        self._free: dict[str, set[int]] = {}
        for name, value in counters.items():
            if name.startswith(_FREE) and value:
                series, _, count = name.removeprefix(_FREE).rpartition(":")
                self._free.setdefault(series, set()).add(int(count))

    def draw(self, counters: dict[str, int], series: str) -> tuple[int, str]:
        """The next count, the lowest free one before a new one; moves the counter, whose name is given too."""
        free = self._free.get(series)
        if free:
            count = min(free)
            free.remove(count)
            name = _name(series, count)
            counters[name] = 0
            return count, name
        counters[series] = counters.get(series, 0) + 1
        return counters[series], series

    def give_back(self, counters: dict[str, int], series: str, count: int) -> str:
        """The count was not used; the name of the counter that says so."""
        self._free.setdefault(series, set()).add(count)
        name = _name(series, count)
        counters[name] = 1
        return name


def _name(series: str, count: int) -> str:
    return f"{_FREE}{series}:{count}"
