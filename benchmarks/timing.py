"""How the benchmarks take times and print them."""

import argparse
import gc
import json
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter


def seconds(work: Callable[[], object]) -> float:
    """Time *work* without the garbage collector, as timeit does: what else the process holds is not its cost."""
    gc.collect()
    gc.disable()
    start = perf_counter()
    work()
    taken = perf_counter() - start
    gc.enable()
    return taken


def show(about: str, measure: Callable[[], Sequence[Mapping[str, object]]]) -> None:
    """Measure, and print the rows as a table, or with ``--json`` one JSON line each."""
    arguments = argparse.ArgumentParser(description=about.strip().partition("\n")[0])
    arguments.add_argument("--json", action="store_true", help="one JSON line per row")
    as_json = arguments.parse_args().json
    rows = measure()
    if as_json:
        for row in rows:
            print(json.dumps(row))
        return
    columns = list(rows[0])
    width = max(map(len, columns)) + 2
    for row in [dict(zip(columns, columns, strict=True)), *rows]:
        print("".join(f"{row[column]!s:>{width}}" for column in columns))
