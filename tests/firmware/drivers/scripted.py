"""A serial line whose other end is a script: for each thing said, what is answered."""

import asyncio


class ScriptedStream:
    """`read` and `write` as drivers want them; `hear` puts bytes on the line from outside.

    Args:
        answers: said -> what the other end answers, used up in order; bytes, cut as given.
    """

    def __init__(self, *answers: tuple[bytes, list[bytes]]) -> None:
        self.said: list[bytes] = []
        self._answers = list(answers)
        self._incoming: asyncio.Queue[bytes] = asyncio.Queue()

    async def read(self) -> bytes:
        return await self._incoming.get()

    def write(self, data: bytes) -> None:
        self.said.append(bytes(data))
        if self._answers and self._answers[0][0] in data:
            for piece in self._answers.pop(0)[1]:
                self.hear(piece)

    def hear(self, data: bytes) -> None:
        self._incoming.put_nowait(data)

    @property
    def all_used(self) -> bool:
        return not self._answers
