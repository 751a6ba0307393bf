"""Board after board, until the batch is used up or somebody says q; sums up what fell short."""

from collections.abc import Callable

from flasher.desk.terminal import ask, say
from flasher.failures import FlashError
from flasher.words import Words

_END = "q"


def series(left: Callable[[], int], make: Callable[[], object], plate: Callable[[], str]) -> bool:
    """Make boxes, one after the other; return whether nothing fell short.

    Args:
        left: how many there still are to be made.
        make: makes one of the board that is plugged in.
        plate: of the car that the last one was for; "" where that was not known yet.
    """
    at_first, number = left(), 0
    failed = []
    while count := left():
        answer = ask(Words.NEXT_BOARD.said(left=str(count)))
        if answer is None or answer.lower() == _END:
            break
        number += 1
        try:
            make()
        except FlashError as error:
            about = f"[{error.failure.name}] {error}"
            say(about)
            if plate():
                about = f"{plate()} {about}"
            failed.append(Words.FELL_SHORT.said(number=str(number), what=about))
    say(Words.MADE.said(count=str(at_first - left()), left=str(left())))
    for line in failed:
        say(line)
    return not failed
