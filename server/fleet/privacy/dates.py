"""From which time on things are kept, by the operator's settings and within what the law says.

Pure. Never here: what each setting is about (registry.py), erasing (store/purge/).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

DAY_S = 24 * 3600
MOST_D: Mapping[str, int] = {"positions_d": 60, "positions_as_proof_d": 365}
"""What the CNIL lets an employer keep of where a car was: two months, and a year as a proof."""

IMPORTS_D = 30
"""So long an import can be taken back, and what it takes to do so is kept; no setting says it."""


def before(days: Mapping[str, int], sure_s: int) -> dict[str, int]:
    """Return for each setting, and `imports_d`, before which instant what it is about is due.

    Args:
        days: the settings (config.Retention); more than MOST_D is not followed.
        sure_s: the time to go by.
    """
    return {
        name: sure_s - min(kept_d, MOST_D.get(name, kept_d)) * DAY_S
        for name, kept_d in {**days, "imports_d": IMPORTS_D}.items()
    }


def next_night_s(after_s: int, zone: ZoneInfo) -> int:
    """Return when it is three in the morning next, after an instant: then the fewest cars drive."""
    local = datetime.fromtimestamp(after_s, zone)
    night = local.replace(hour=3, minute=0, second=0, microsecond=0)
    if night <= local:
        night += timedelta(days=1)
    return int(night.timestamp())
