"""What a box tells at once, as it is handed to the store. Never here: storing it."""

from dataclasses import dataclass

from server.fleet.records import ReadRecord


@dataclass(frozen=True, slots=True)
class Batch:
    """Records `first_seq`, `first_seq + 1`, ... of one box and epoch, in whatever car it was.

    The box no longer holds anything below `lowest_seq`: what the server lacks below it is lost
    and not waited for. `chains` are those before the first and of each; none from a teller who
    keeps no chain, whose records are not known again.
    """

    box_id: int
    epoch: int
    first_seq: int
    lowest_seq: int
    records: tuple[ReadRecord, ...]
    received_at_s: int
    chains: tuple[int, ...] = ()
