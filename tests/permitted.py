"""Which tests may be skipped where nothing may be (VOITURIER_NO_SKIP=1): permitted_skips.txt.

Whatever else skips there, by `pytest.skip`, a mark or a missing module, fails and says why. Hooks
of pytest; tests/conftest.py has them.
"""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

FILE = Path(__file__).with_name("permitted_skips.txt")


def permitted(lines: str) -> dict[str, str]:
    """What may be skipped, and why: a line `PLACE: REASON` each, # a comment."""
    told = [line for line in lines.split("\n") if line and not line.startswith("#")]
    return dict(line.split(": ", 1) for line in told)


def may_skip(node: str, reason: str, skips: dict[str, str]) -> bool:
    """Whether this test may be skipped for this reason: its place and the reason are listed."""
    return any(node.startswith(place) and why in reason for place, why in skips.items())


def _judge(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get("VOITURIER_NO_SKIP") != "1" or not report.skipped:
        return
    if hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not may_skip(report.nodeid, reason, permitted(FILE.read_text())):
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} may not be skipped: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _judge(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _judge(report)
    return report
