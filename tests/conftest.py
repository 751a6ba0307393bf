"""What every test run shares: which tests are slow, what is sampled, the chain.

The markers are given by place, so that a new test gets its own by where it stands.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.chain import Chain, parked
from tests.permitted import pytest_make_collect_report, pytest_runtest_makereport
from tests.support import FULL, QUICK, sample_seed

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]  # hooks, found by their name

# No test fails because the machine is slow.
settings.register_profile(
    "untimed",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=25 if QUICK else 100,
)
settings.load_profile("untimed")

HERE = Path(__file__).parent
# Folders and files that play the chain, the simulator, browsers, processes or long proofs.
SLOW = (
    "attacks",
    "end_to_end",
    "firmware/start_table",
    "firmware/tasks/test_vehicle_from_afar.py",
    "firmware/properties/test_stampede.py",
    "firmware/test_badges_in_the_simulator.py",
    "firmware/test_bench_test_in_the_simulator.py",
    "firmware/test_in_the_simulator.py",
    "firmware/test_sleep_in_the_simulator.py",
    "firmware/test_start.py",
    "flasher/command",
    "flasher/existing",
    "flasher/test_flashing.py",
    "flasher/test_last_block.py",
    "fuzz",
    "hardware",
    "production",
    "safety",
    "server/actions/on_record/test_moves.py",
    "server/actions/privacy/test_copies.py",
    "server/actions/test_refusals.py",
    "server/actions/test_sequences.py",
    "server/commands",
    "server/gateway/test_wanted.py",
    "server/own_time",
    "server/ports",
    "server/roles",
    "server/store/audit/test_audit.py",
    "server/store/keeping",
    "server/store/test_booking_lists.py",
    "server/store/test_bookings.py",
    "server/store/test_dated.py",
    "server/store/test_equipment.py",
    "server/store/test_loading_again.py",
    "server/store/test_plates.py",
    "server/test_demo.py",
    "server/test_kill.py",
    "server/test_supervisor.py",
    "server/web/api/test_bad_input.py",
    "server/web/pages/interventions/test_in_a_browser.py",
    "server/web/pages/privacy/test_in_a_browser.py",
    "server/web/test_browser.py",
    "simulator/commands",
    "simulator/devices/modem/test_a76xx_alone.py",
    "simulator/devices/modem/test_a76xx_commands.py",
    "simulator/devices/modem/test_a76xx_faults.py",
    "simulator/devices/test_rom_loader.py",
    "simulator/engine",
    "simulator/play/test_bench.py",
    "simulator/play/test_bench_faults.py",
    "simulator/play/test_phone.py",
    "test_permitted.py",
)
PEERS = ("peers",)  # strangers' programs
MARKED = {"slow": {HERE / name for name in SLOW}, "peers": {HERE / name for name in PEERS}}


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    # Commands answer in the language of who types them, here and in processes that tests start;
    # and no settings of this machine reach a test.
    os.environ["LANGUAGE"] = "en"
    os.environ.pop("VOITURIER_SETTINGS", None)
    if config.getoption("hypothesis_seed") is None:
        config.option.hypothesis_seed = str(sample_seed())


def pytest_report_header() -> str:
    return f"samples: seed {sample_seed()} (the commits)" + ", whole where one is asked" * FULL


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What `-m "not slow"` leaves out by its place is not even read: that takes seconds."""
    left_out = config.getoption("markexpr")
    for marker, where in MARKED.items():
        if f"not {marker}" in left_out and collection_path in where:
            return True
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        places = {item.path, *item.path.parents}
        for marker, where in MARKED.items():
            if not places.isdisjoint(where):
                item.add_marker(marker)
    # The longest alone decides when two workers are done, so it begins first.
    items.sort(key=lambda item: "the_month" not in item.name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the sampled tests tried (`record_property("sample", text)`)."""
    for report in terminalreporter.stats.get("passed", []):
        for name, text in report.user_properties:
            if name == "sample":
                terminalreporter.write_line(f"{report.nodeid}: {text}")


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    """Marie Leroy has booked the car for two hours; the car is parked, its box powered on."""
    with parked(tmp_path) as chain:
        yield chain
