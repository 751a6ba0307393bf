"""These tests read data from beside the checkout; without it they say so."""

import pytest

from tests.support import require_data


@pytest.fixture(autouse=True)
def crypto_data() -> None:
    require_data("crypto")
