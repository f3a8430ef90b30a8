"""
The command line: ``deliverystatus``, or ``python -m deliverystatus``.

It needs the extra ``[cli]``. Without it, it says what to install instead of showing a traceback.
"""

import sys
from io import TextIOWrapper

from deliverystatus.exceptions import MissingExtra

#: What the extra ``[cli]`` brings.
NEEDED = frozenset({"click", "rich"})


def main() -> None:
    """Run the command line, and leave with its exit code; with 2 where the extra is not installed."""
    try:
        from deliverystatus._cli import cli  # noqa: PLC0415 (the extra may be missing)
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] not in NEEDED:
            raise
        sys.stderr.write(f"{MissingExtra('cli')}\n")
        sys.exit(2)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # an address in other letters must not end the table
    cli()


if __name__ == "__main__":
    main()
