"""A UART as an asyncio stream of bytes. Understands none of them."""

import asyncio

from machine import UART

from firmware.logic.const import const

_READ_BYTES = const(256)


class Serial:
    """One UART of board.py."""

    def __init__(self, uart):
        """Open a board.Uart."""
        self._uart = UART(
            uart.number,
            uart.baud,
            tx=uart.tx,
            rx=uart.rx,
            rxbuf=uart.rx_buffer_bytes,
            txbuf=uart.tx_buffer_bytes,
        )
        self._reader = asyncio.StreamReader(self._uart)

    async def read(self) -> bytes:
        """Wait for bytes; return at least one."""
        while True:
            data = await self._reader.read(_READ_BYTES)
            if data:
                return data

    def write(self, data: bytes) -> None:
        """Send; waits only for what the transmit buffer does not hold."""
        self._uart.write(data)
