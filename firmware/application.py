"""The box, wired: the only place that knows every part. Decides nothing.

main.py calls `run()`. What is alive then is `box`, for who looks at it from outside.
"""

import asyncio
import gc
import sys

import machine
from cryptolib import aes

from firmware import fitted
from firmware.board import BOARDS, outputs_low_at_reset
from firmware.drivers.battery import battery_input
from firmware.drivers.doors import Doors
from firmware.drivers.entropy import Entropy
from firmware.drivers.flash_store import FlashStore
from firmware.drivers.ignition import IgnitionInput
from firmware.drivers.light_sleep import LightSleep
from firmware.drivers.modem.a76xx import A76xx
from firmware.drivers.modem.at_channel import AtChannel
from firmware.drivers.panel import Panel
from firmware.drivers.serial import Serial
from firmware.drivers.ublox import UbloxReceiver
from firmware.drivers.uptime import Uptime
from firmware.identity import Identity, load_identity
from firmware.logic.access.card_keys import CardKeys
from firmware.logic.access.commands import Commands
from firmware.logic.access.grants import GrantSet
from firmware.logic.access.immobiliser import DoorOnly, Immobiliser
from firmware.logic.access.ration import Ration
from firmware.logic.clock import Clock
from firmware.logic.link.journal import Journal
from firmware.logic.link.keys import Keys
from firmware.logic.link.uplink import Uplink
from firmware.logic.road.nmea import NmeaReader
from firmware.logic.road.odometer import Odometer
from firmware.logic.road.whereabouts import Whereabouts
from firmware.logic.signs.battery import BatteryStage
from firmware.logic.signs.ignition_line import IgnitionLine, NoLine
from firmware.logic.state_version import require_known
from firmware.logic.trip.trip import Trip
from firmware.tasks.badge import BadgeTask
from firmware.tasks.gnss import GnssTask
from firmware.tasks.link import KEYS_FILE, LinkTask
from firmware.tasks.orders import COMMANDS_FILE
from firmware.tasks.recorder import Recorder
from firmware.tasks.signals import SignalsTask
from firmware.tasks.signs import IGNITION_LINE_FILE, Signs
from firmware.tasks.sleep import lend_idle_time
from firmware.tasks.supervisor import Supervisor
from firmware.tasks.timekeeper import CLOCK_FILE
from firmware.tasks.vehicle import Vehicle
from firmware.tasks.watchdog import WatchdogTask
from firmware.version import VERSION
from shared_protocol.records import Boot, Refusal, StartsFailed, decode_body

# A collection takes as long for a little garbage as for much: at 12 kB, 131 of them made one X25519
# four times slower. The heap has room, and is collected in quiet moments anyway (watchdog.py).
_COLLECT_AFTER_BYTES = 65_536
_FAILED_STARTS_FILE = "failed_starts"  # of main.py
_WATCHDOG_MS = 30_000  # from here on; till here boot.py's minute
_SIGNS = 1  # of standing still, besides the ignition: the receiver's speed


class Box:
    """All parts of one box; `run()` starts its tasks, `report()` says how it is."""

    def __init__(self, identity: Identity, failed_starts: int):
        """Wire the parts; `failed_starts` is how many starts failed before. Pulses nothing."""
        hardware_watchdog = machine.WDT(timeout=_WATCHDOG_MS)
        board = BOARDS[identity.board]
        uptime = Uptime()
        now_ms = uptime.now_ms()
        wake_link = asyncio.Event()

        state_store = FlashStore("/state")
        require_known(state_store)
        entropy = Entropy(state_store)
        keys = Keys(
            identity.box_id, identity.generation, identity.key, state_store.read_or_empty(KEYS_FILE)
        )
        grants = GrantSet(state_store)
        card_keys = CardKeys(state_store)
        commands = Commands(state_store.read_or_empty(COMMANDS_FILE))
        journal = Journal(FlashStore("/journal"))
        trip = Trip(journal.state, identity.odometer_m)
        refusals = Ration()
        newest_s = 0
        for record in journal.replay():
            hardware_watchdog.feed()  # 8 MB take longer than it waits
            body = decode_body(record.kind, record.body)
            trip.apply(body, record.time_s)
            if isinstance(body, Refusal):
                refusals.recall(body.reason, record.time_s)
            newest_s = record.time_s or newest_s
        clock = Clock(identity.time_floor_s, state_store.read_or_empty(CLOCK_FILE), newest_s)
        odometer = Odometer(trip.odometer_m)
        uplink = Uplink(journal)
        recorder = Recorder(
            journal=journal,
            trip=trip,
            clock=clock,
            uplink=uplink,
            wake_link=wake_link,
            refusals=refusals,
        )

        relay = fitted.relay(identity.start_relay, board)
        law = Immobiliser if identity.start_relay else DoorOnly
        immobiliser = law(relay.contact(), now_ms, signs=_SIGNS, line_fitted=identity.ignition_line)
        ignition = fitted.ignition(identity.ignition_line, board)
        crank = IgnitionInput(board.crank)
        signals = SignalsTask(
            Panel(green_pin=board.led_green, red_pin=board.led_red, buzzer_pin=board.buzzer)
        )
        receiver = UbloxReceiver(Serial(board.gnss_uart), uptime)
        vehicle = Vehicle(
            uptime=uptime,
            ignition=ignition,
            signs=Signs(
                ignition_line=IgnitionLine(
                    state_store.read_or_empty(IGNITION_LINE_FILE), identity.ignition_proven
                )
                if identity.ignition_line
                else NoLine(),
                cranked=crank.look,
                state_store=state_store,
                now_ms=now_ms,
            ),
            relay=relay,
            doors=Doors(
                unlock_pin=board.door_unlock, lock_pin=board.door_lock, pulse_ms=board.door_pulse_ms
            ),
            door_open=fitted.contact(board.door_contact, identity.door_contact, otherwise=False),
            keys_in=fitted.contact(board.key_holder, identity.key_holder, otherwise=True),
            signals=signals,
            receiver=receiver,
            immobiliser=immobiliser,
            trip=trip,
            whereabouts=Whereabouts(),
            odometer=odometer,
            clock=clock,
            grants=grants,
            commands=commands,
            recorder=recorder,
            state_store=state_store,
        )

        nmea = NmeaReader(identity.time_floor_s)
        gnss = GnssTask(receiver=receiver, nmea=nmea, uptime=uptime, vehicle=vehicle)
        reader, presence = fitted.reader(identity.reader, board)
        badge = BadgeTask(
            reader=reader,
            presence=presence,
            badge_key=identity.badge_key,
            card_keys=card_keys,
            aes=aes,
            entropy=entropy,
            uptime=uptime,
            vehicle=vehicle,
        )
        battery = BatteryStage(now_ms)
        channel = AtChannel(Serial(board.modem_uart))
        modem = A76xx(
            channel,
            pwrkey_pin=board.modem_pwrkey,
            reset_pin=board.modem_reset,
            dtr_pin=board.modem_dtr,
            context=(identity.pdp_type, identity.apn, identity.apn_user, identity.apn_password),
            sim_pin=fitted.sim_pin(identity.sim_pin, state_store),
            on_event=wake_link.set,
        )
        link = LinkTask(
            modem=modem,
            wake_link=wake_link,
            identity=identity,
            keys=keys,
            entropy=entropy,
            uptime=uptime,
            journal=journal,
            uplink=uplink,
            grants=grants,
            card_keys=card_keys,
            commands=commands,
            clock=clock,
            vehicle=vehicle,
            trip=trip,
            immobiliser=immobiliser,
            recorder=recorder,
            state_store=state_store,
            on_failure=lambda cause: _show_off_air(cause, grants, signals),
            stage=lambda: battery.stage,
        )
        millivolts = battery_input(board.battery_adc, board.battery_divider)
        watchdog = WatchdogTask(
            watchdog=hardware_watchdog,
            uptime=uptime,
            vehicle=vehicle,
            presence=presence,
            signals=signals,
            on_stand=_forget_failed_starts,
            on_look=lambda now_ms: recorder.write(battery.read(millivolts(), now_ms), now_ms),
        )

        if reader.wake_line is not None:
            lend_idle_time(
                chip=LightSleep(
                    when_high=(
                        (board.ignition, ignition.remember),
                        (board.crank, crank.remember),
                        (board.door_contact, _seen_by_the_look),
                    ),
                    when_low=((board.modem_ri, modem.rings), reader.wake_line),
                    held=(board.modem_dtr, board.modem_reset),
                    low_at_rest=outputs_low_at_reset(board),
                ),
                uptime=uptime,
                vehicle=vehicle,
                modem=modem,
                receiver=receiver,
                woken=vehicle.look_now.set,
            )

        self._failed_starts = failed_starts
        self._clock = clock
        self._grants = grants
        self._journal = journal
        self._keys = keys
        self._nmea = nmea
        self._odometer = odometer
        self._recorder = recorder
        self._uplink = uplink
        self._immobiliser = immobiliser
        self._trip = trip
        self._link = link
        self._supervisor = Supervisor(
            {
                "vehicle": vehicle.run,
                "badge": badge.run,
                "gnss": gnss.run,
                "signals": signals.run,
                "modem": channel.run,
                "link": link.run,
                "watchdog": watchdog.run,
            }
        )
        life = int.from_bytes(entropy(4), "big")
        slot = 1 if sys.path[0] == "/b" else 0
        boot = Boot(machine.reset_cause(), VERSION, life)
        failed = StartsFailed(failed_starts, slot)
        recorder.write((boot, failed) if failed_starts else (boot,), now_ms)
        signals.play("ready")

    async def run(self) -> None:
        """Run every task for ever."""
        await self._supervisor.run()

    def report(self) -> dict:
        """How the box is: counts and states, no secret and no position."""
        return {
            "failed_starts": self._failed_starts,
            "epoch": self._journal.epoch,
            "key_generation": self._keys.generation,
            "next_seq": self._journal.next_seq,
            "lowest_seq": self._journal.lowest_seq,
            "odometer_m": self._odometer.metres,
            "fixes": self._nmea.fixes,
            "sentences_bad": self._nmea.bad,
            "sentences_void": self._nmea.void,
            "relay": self._immobiliser.state,
            "trip_open": self._trip.open,
            "trip_paused": self._trip.paused,
            "clock_source": self._clock.source,
            "connections": self._link.connections,
            "grants_generation": self._grants.generation,
            "records_made": self._recorder.made,
            "flash_appends": self._journal.appends,
            "flash_segments": self._journal.segments,
            "records_lost": self._recorder.lost + self._uplink.lost,
            "crashes": sum(self._supervisor.crashes.values()),
            "heap_alloc": gc.mem_alloc(),
            "heap_free": gc.mem_free(),
        }


def _seen_by_the_look(_pin) -> None:
    """What needs no handler, as the car's look that follows reads the level."""


def _show_off_air(cause: int, grants, signals) -> None:
    """Say it to the technician who fits the box: one that never had a set serves nobody yet."""
    if not grants.expires_s and not signals.plays:
        signals.play("off_air {}".format(cause))


def _forget_failed_starts() -> None:
    try:
        FlashStore("").delete(_FAILED_STARTS_FILE)
    except OSError:  # the flash refuses: main.py could not count either
        pass


def run() -> None:
    """Run the box, or its bench test where one is asked for; returns never."""
    global box
    begun = FlashStore("").read_or_empty(_FAILED_STARTS_FILE)[:1]  # this start is one of them
    identity, failed = load_identity(), max(0, int.from_bytes(begun, "big") - 1)
    bench = None
    if "bench" in FlashStore("/state").names():
        from firmware.selftest import start  # only then: it would cost heap

        bench = start.bench(identity, failed)
    box = bench or Box(identity, failed)
    gc.collect()  # what loading the modules and recovering the journal left behind
    gc.threshold(_COLLECT_AFTER_BYTES)
    asyncio.run(box.run())
    if bench:  # it ends, and the application starts
        _forget_failed_starts()
        machine.reset()


box = None
