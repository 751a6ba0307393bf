"""Names of the reasons that records carry: why a badge was refused, why a trip ended. Data only."""

from shared_protocol import records


def _named(prefix: str) -> dict[str, int]:
    return {
        name.removeprefix(prefix).lower(): number
        for name, number in vars(records).items()
        if name.startswith(prefix)
    }


REFUSALS = _named("REFUSED_")
ENDS = _named("END_")
CONTRADICTIONS = _named("CONTRADICTION_")
HINDRANCES = _named("STARTABLE_")
OFF_AIR = _named("OFF_AIR_")
