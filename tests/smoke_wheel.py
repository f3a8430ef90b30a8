"""Run by `make test` with the installed wheel and nothing else: the main job works, and the data files are in it."""

import sys
from importlib.resources import files

import deliverystatus as ds

BODY = b'[{"event": "bounce", "type": "bounce", "email": "ada@example.com", "sg_message_id": "K.recvd-1", "status": "5.1.1"}]'


def main() -> None:
    """Go the whole way once."""
    if "site-packages" not in ds.__file__:
        raise SystemExit(f"not the installed wheel: {ds.__file__}")
    (record,) = ds.fold_copies(ds.parse("sendgrid", BODY).events).values()
    told = ds.explain(record, vocabulary="writeupp")
    if (record.status, told.label) != ("bounced", "Not delivered"):
        raise SystemExit(f"unexpected: {record.status}, {told.label}")
    package = files("deliverystatus")
    for name in (
        "py.typed",
        "event.schema.json",
        "help/en.toml",
        "help/fr.toml",
        "vocabularies/timetap.toml",
        "report/page.html",
    ):
        if not package.joinpath(name).is_file():
            raise SystemExit(f"missing from the wheel: {name}")
    print(f"the wheel works on Python {sys.version.split()[0]}")  # noqa: T201 (a script)


if __name__ == "__main__":
    main()
