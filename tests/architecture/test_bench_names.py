"""Box, flash.sh and server have one list of what a bench test looks at, and of how that fails."""

from firmware.selftest import outcomes
from flasher.bench_lines import CHECKS
from flasher.failures.bench import BenchFailure
from server.fleet.bench import Check, Failure


def test_flash_sh_and_the_server_know_every_check_of_the_box_in_its_order() -> None:
    assert outcomes.CHECKS == CHECKS
    assert tuple(check.value for check in Check) == outcomes.CHECKS


def test_flash_sh_and_the_server_have_words_for_every_failure_of_the_box_and_no_other() -> None:
    of_the_box = set(outcomes.FAILURES) - {""}
    assert of_the_box <= {failure.name for failure in BenchFailure}
    assert of_the_box == {failure.value for failure in Failure}
