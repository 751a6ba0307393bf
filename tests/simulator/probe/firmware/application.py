"""Not our firmware: does what lines on UART 1 tell it, so that the tests can try the fakes."""

# MicroPython has no pathlib, and its TimeoutError is asyncio's own.
# ruff: noqa: PTH123, PTH208, UP041

import asyncio
import gc
import os
import time

import esp32
import machine
import micropython
from machine import Pin

uart = machine.UART(1, 115200, tx=11, rx=10, rxbuf=256)


class Box:
    def __init__(self):
        self.lines = self.edges = 0

    def report(self):
        return {"lines": self.lines, "edges": self.edges, "root": sorted(os.listdir("/"))}


box = Box()


async def listen():
    reader = asyncio.StreamReader(uart)
    while True:
        words = (await reader.readline()).decode().split()
        box.lines += 1
        try:
            answer = await obey(*words)
        except (ValueError, RuntimeError, OSError, asyncio.TimeoutError) as error:
            answer = repr(error)
        uart.write((str(answer) + "\n").encode())


async def obey(command, *words):
    return await COMMANDS[command](*words)


async def drive(pin, level):
    Pin(int(pin), Pin.OUT, value=int(level))


async def read(pin, pull=None):
    return Pin(int(pin), Pin.IN, getattr(Pin, pull) if pull else None).value()


async def measure(pin):
    return machine.ADC(Pin(int(pin)), atten=machine.ADC.ATTN_6DB).read_uv()


async def nap(ms):
    before = time.ticks_ms()
    await asyncio.sleep_ms(int(ms))
    return time.ticks_diff(time.ticks_ms(), before)


async def block(ms):
    time.sleep_ms(int(ms))


async def hold(pin, level):
    Pin(int(pin), Pin.OUT, value=int(level), hold=True)


async def held(pin, level):
    Pin(int(pin)).value(int(level))


async def let_go(pin):
    Pin(int(pin)).init(hold=False)


async def collect():
    kept = bytearray(40_000)
    gc.collect()
    return len(kept)


async def count(pin):
    def handler(pin):
        box.edges += 1

    Pin(int(pin), Pin.IN).irq(handler, Pin.IRQ_RISING)


async def deaf(character):
    micropython.kbd_intr(int(character))


async def turn():
    while True:
        pass


async def leave():
    raise SystemExit


async def spin():
    while time.ticks_ms() >= 0:
        pass


async def irq(pin):
    flag = asyncio.ThreadSafeFlag()
    Pin(int(pin), Pin.IN).irq(lambda pin: flag.set(), Pin.IRQ_RISING)
    await flag.wait()
    return time.ticks_ms()


async def wake(how, level, *pins):
    """`wake gpio 1 42`, `wake ext1 0 3`: what ends the next light sleeps."""
    pins = [Pin(int(pin), Pin.IN, Pin.PULL_DOWN) for pin in pins]
    (esp32.wake_on_gpio if how == "gpio" else esp32.wake_on_ext1)(pins, bool(int(level)))


async def doze(ms, *words):
    """Light sleep; tells how long it was, and what ended it."""
    before = time.ticks_ms()
    machine.lightsleep(int(ms))
    return time.ticks_diff(time.ticks_ms(), before), machine.wake_reason()


async def say_and_doze(text, ms):
    uart.write(text.encode())
    return await doze(ms)


async def edges(pin):
    """Count the edges of a pin from now on, in `edges_heard`."""
    Pin(int(pin), Pin.IN).irq(lambda pin: counted.append(1), Pin.IRQ_RISING | Pin.IRQ_FALLING)


async def edges_heard():
    return len(counted)


async def muffle(pin):
    """Clear INT_ENA in the pin's register."""
    machine.mem32[0x60004074 + 4 * int(pin)] &= ~(0x1F << 13)


async def level_of(pin, *hold):
    """Read a pin that was used before; with a word, give it back to the digital side first."""
    pin = Pin(int(pin))
    if hold:
        pin.init(Pin.IN, Pin.PULL_DOWN, hold=False)
    return pin.value()


async def grip(pin, yes):
    Pin(int(pin)).init(hold=bool(int(yes)))


async def tempo(mhz):
    machine.freq(int(mhz) * 1_000_000)
    return machine.freq()


counted = []


async def guard(ms):
    machine.WDT(timeout=int(ms))


async def reset():
    machine.reset()


async def cause():
    return machine.reset_cause()


async def keep(name, text):
    with open("/" + name, "w") as file:
        file.write(text)


async def fill(name, count):
    with open("/" + name, "wb") as file:
        return file.write(bytes(int(count)))


async def recall(name):
    with open("/" + name) as file:
        return file.read()


async def fail():
    raise TypeError("the probe fails")


async def hurry():
    return await asyncio.wait_for_ms(nap(3600000), 50)


async def waited():
    task = asyncio.create_task(nap(20))
    other = asyncio.create_task(nap(1000))
    await asyncio.sleep_ms(5)
    other.cancel()
    try:
        await other
    except asyncio.CancelledError:
        return await task


async def clock():
    time.sleep(2)
    return time.time(), time.gmtime()[:6]


COMMANDS = {
    "drive": drive,
    "read": read,
    "measure": measure,
    "nap": nap,
    "block": block,
    "spin": spin,
    "hold": hold,
    "held": held,
    "let_go": let_go,
    "collect": collect,
    "count": count,
    "deaf": deaf,
    "turn": turn,
    "leave": leave,
    "irq": irq,
    "wake": wake,
    "doze": doze,
    "say_and_doze": say_and_doze,
    "edges": edges,
    "edges_heard": edges_heard,
    "muffle": muffle,
    "level_of": level_of,
    "grip": grip,
    "tempo": tempo,
    "guard": guard,
    "reset": reset,
    "cause": cause,
    "keep": keep,
    "fill": fill,
    "recall": recall,
    "fail": fail,
    "hurry": hurry,
    "waited": waited,
    "clock": clock,
}


def run():
    asyncio.run(listen())
