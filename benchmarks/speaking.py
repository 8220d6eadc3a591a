"""What the words cost: all catalogues read at a start, and one sentence looked up."""

import time
import timeit

from bot.flows import loader
from bot.locales import reading

TRIED = 5
LOOKED_UP = 200_000


def measured() -> tuple[float, float, float]:
    """Milliseconds to read every language, with all checks; microseconds to look up a sentence of an employee's, and
    one that is shown to a citizen."""
    content = loader.load(unverified=True)
    needed = content.needed()
    reading.load(needed=needed)  # what Babel reads once a process is not the catalogues'
    begun = time.perf_counter()
    for _ in range(TRIED):
        words = reading.load(needed=needed)
    loaded = (time.perf_counter() - begun) / TRIED * 1000
    staff = content.phrases["resting"]
    shown = next(line.text for line in content.flows["detection"].states["response"].lines if line.aloud)
    return loaded, _each(lambda: words.say(staff, "en", {})), _each(lambda: words.show(shown, "ar"))


def _each(look_up: object) -> float:
    assert callable(look_up)
    return timeit.timeit(look_up, number=LOOKED_UP) / LOOKED_UP * 1e6
