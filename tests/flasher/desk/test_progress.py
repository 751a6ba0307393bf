"""How far a writing is, and how long it still takes."""

from flasher.desk.progress import Progress


def test_it_says_so_at_each_twentieth_and_once_at_the_end() -> None:
    lines: list[str] = []
    now_s = [100.0]
    progress = Progress(1000, lambda: now_s[0], lines.append)
    for done in range(0, 1001, 10):
        now_s[0] = 100.0 + done / 50
        progress.at(done)
    progress.at(1000)
    assert len(lines) == 20
    assert lines[0] == "    5%, 19 s left"
    assert lines[9] == "   50%, 10 s left"
    assert lines[-1] == "  100%, 0 s left"


def test_it_never_says_more_than_all_or_divides_by_nothing() -> None:
    lines: list[str] = []
    progress = Progress(10, lambda: 0.0, lines.append)
    progress.at(0)
    progress.at(25)
    assert lines == ["  100%, 0 s left"]
