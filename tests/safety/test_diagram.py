"""The diagram in docs/safety.md is the one that the shipped tables make."""

from pathlib import Path

from tests.safety.diagram import BEGIN, END, diagram

TEXT = (Path(__file__).parents[2] / "docs" / "safety.md").read_text()


def test_the_documented_diagram_is_the_boxs() -> None:
    shown = TEXT.partition(BEGIN)[2].partition(END)[0].strip()
    assert shown == diagram(), "print it anew: python -m tests.safety.diagram"
