"""`python -m tests.safety.diagram`: the law's tables as a Mermaid diagram, for docs/safety.md.

Made from TRANSITIONS and WAITS of firmware/logic/access/immobiliser.py and from nothing else.
"""

from firmware.logic.access import immobiliser
from firmware.logic.access.immobiliser import (
    ENABLED,
    INHIBITED,
    NO_PULSE,
    PULSE_ENABLE,
    PULSE_INHIBIT,
    TRANSITIONS,
    WAITS,
)

BEGIN = "<!-- made by python -m tests.safety.diagram -->"
END = "<!-- until here -->"
_STATES = {ENABLED: "ENABLED", INHIBITED: "INHIBITED"}
_PULSES = {NO_PULSE: "", PULSE_ENABLE: " / pulse enable", PULSE_INHIBIT: " / pulse inhibit"}
_EVENTS = {
    getattr(immobiliser, name): name.replace("_", " ").lower()
    for name in (
        "BADGE_ACCEPTED", "SAFE_TO_INHIBIT", "CONTACT_SHOWS_ENABLED", "CONTACT_SHOWS_INHIBITED",
    )
}  # fmt: skip


def diagram() -> str:
    """What stands between BEGIN and END."""
    lines = ["```mermaid", "stateDiagram-v2"]
    for (state, event), (after, pulse) in sorted(TRANSITIONS.items()):
        lines.append(f"    {_STATES[state]} --> {_STATES[after]}: {_EVENTS[event]}{_PULSES[pulse]}")
    lines += [
        "```",
        "",
        "| wait | in state | timeout | then | ends before |",
        "|---|---|---|---|---|",
    ]
    for name, wait in WAITS.items():
        lines.append(
            f"| {name} | {_STATES[wait.state]} | {wait.timeout_ms // 1000} s "
            f"| {_EVENTS[wait.then]} | {wait.ends_before} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(diagram())
