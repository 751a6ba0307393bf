"""Words for what an operator does at the server, and what becomes of it."""

from dataclasses import replace

from simulator.play.operator import agent_entry, car_entry, load, voiturier
from simulator.play.stage import Stage
from simulator.play.words.registry import word


@word("server", "kill|start|backup|restore")
def server(stage: Stage, what: str) -> None:
    """Kill the server, start it, write a backup, or begin again from the backup."""
    process = stage.world.server
    assert process is not None
    backup = (str(stage.data_dir.parent / "backup.db"), "--data", str(stage.data_dir))
    if what == "backup":
        voiturier("backup", *backup)
    if what in ("kill", "restore"):
        process.kill()
    if what == "restore":
        voiturier("restore", *backup)
    if what in ("start", "restore"):
        process.restart()


@word("server ahead", "NUMBER", "minutes")
def server_ahead(stage: Stage, minutes: float) -> None:
    """Set the clock of the server's machine so far ahead of the truth; a start is not noticed."""
    stage.world.network.server_ahead_ms = round(minutes * 60_000)


@word("key", "rotate")
def rotate_key(stage: Stage) -> None:
    """Give the box a new key."""
    stage.operate("box", "rotate", "--all")


@word("command", "inhibit|cancel|end-from-afar|end-from-afar-without-keys|withdraw-end")
def command(stage: Stage, kind: str) -> None:
    """Send the box a command."""
    stage.operate("command", kind, "--vehicle", stage.scenario.plate)


@word("theft", "report|confirm|withdraw", "DRIVER")
def theft(stage: Stage, step: str, who: str) -> None:
    """Say as a manager that the car is stolen, confirm what another said, or take it back."""
    by = ("--by", who, "--reference", "PV 2026/1")
    stage.operate("theft", step, "--vehicle", stage.scenario.plate, *by)


@word("out of service", "TIME", "TIME")
def out_of_service(stage: Stage, begins_s: int, ends_s: int) -> None:
    """Take the car out of service for that time."""
    stage.scenario.maintenance.append((begins_s, ends_s))
    load(stage.data_dir, {"vehicles": [car_entry(stage.scenario)]})
    stage.let_server_look()


@word("revoke", "DRIVER")
def revoke(stage: Stage, who: str) -> None:
    """Revoke a badge."""
    stage.operate("badge", "lost", "--uid", stage.scenario.drivers[who].badge.hex())


@word("notice given", "DRIVER")
def notice_given(stage: Stage, who: str) -> None:
    """Write down that somebody was given the notice on personal data on paper."""
    stage.operate("notice", "given", "--login", who)


@word("licence", "DRIVER")
def licence(stage: Stage, who: str) -> None:
    """Record a driving licence."""
    drivers = stage.scenario.drivers
    drivers[who] = replace(drivers[who], licensed=True)
    load(stage.data_dir, {"agents": [agent_entry(stage.scenario, who)]})
    stage.let_server_look()
