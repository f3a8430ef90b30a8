"""How long work takes on more of the same: compared with itself in one run, so that no machine is too slow."""

from time import perf_counter

#: Work on 200,000 characters that is done in this time is not quadratic, which takes 10^10 steps: it need not be compared.
AT_ONCE = 0.02


def seconds(work, given):
    """Measure some work once."""
    started = perf_counter()
    work(given)
    return perf_counter() - started


def is_linear(work, make, size):
    """
    Say whether work on something four times as large takes about four times as long: quadratic work takes 16 times.

    The two are compared with each other, in one run, so that it does not matter how fast the machine is.
    """
    large = make(size)
    if seconds(work, large) < AT_ONCE:
        return True
    small = make(size // 4)
    for _ in range(3):  # something else may have run meanwhile
        quick = min(seconds(work, small) for _ in range(3))
        slow = min(seconds(work, large) for _ in range(3))
        if slow < 9 * quick:
            return True
    return False
