"""Dumps that are SQL, and what they say of themselves. They come from elsewhere: nothing in them can do more than the app may."""

import re
import secrets
import subprocess
from pathlib import Path
from typing import BinaryIO, Iterator

import run
from postgres import ANALYZE, EXTENSION, OPTIONS, PLAIN, Postgres, name
from say import Failure

COPY = re.compile(rb"^COPY .* FROM stdin;\r?$", re.IGNORECASE)
# Lines of pg_dump's about roles that this server has not, or about what is there already.
LEFT_OUT = re.compile(
    rb"^(ALTER .* OWNER TO .*|(GRANT|REVOKE) .*|ALTER DEFAULT PRIVILEGES .*|COMMENT ON (EXTENSION|SCHEMA public) .*"
    rb"|CREATE EXTENSION .*|SET transaction_timeout = .*);\r?$")
# How dumps begin that say at their end that they are whole.
ENDS = {r"^-- PostgreSQL database dump$": b"-- PostgreSQL database dump complete", r"^(?:/\*.*)?-- (?:MariaDB|MySQL) dump ": b"-- Dump completed"}
LONG = 1 << 20  # bytes of a line that are looked at
RESTRICTED = re.compile(rb"^\\(un)?restrict [A-Za-z0-9]+\r?$")


def check_postgres(said: str, version: str) -> None:
    """Fails if a dump is of a newer PostgreSQL than the server has, or of more than one database."""
    if "PostgreSQL database cluster dump" in said:
        raise Failure("this is a dump of all databases of a server", "make one of a single database: pg_dump -Fc DATABASE")
    found = re.search(r"Dumped from database version:? (\d+)", said)
    if found and version and int(found[1]) > int(version):
        raise Failure(f"the dump is of PostgreSQL {found[1]}, and the server has {version}",
                      f"load it where PostgreSQL is {found[1]} or newer")


def check_mariadb(said: str, version: str) -> None:
    """Fails if a dump is of a newer MariaDB than the server has."""
    found = re.search(r"(?:Distrib |Server version\s+)(\d+)\.(\d+)\.\d+-MariaDB", said)
    server = tuple(int(number) for number in version.split("."))
    if found and (int(found[1]), int(found[2])) > server:
        raise Failure(f"the dump is of MariaDB {found[1]}.{found[2]}, and the server has {version}",
                      f"load it where MariaDB is {found[1]}.{found[2]} or newer")


def check_end(path: Path, said: str) -> None:
    """Fails if a dump begins as one that tells where it ends, and does not end so."""
    for begin, end in ENDS.items():
        if not re.search(begin, said, re.MULTILINE):
            continue
        with open(path, "rb") as file:
            file.seek(max(0, path.stat().st_size - 4096))
            if end not in file.read():
                raise Failure("the dump was cut short: its last line is missing", "make it again")


def load_postgres(source: Postgres, path: Path, where: str) -> None:
    """Loads SQL into an empty database, as the app's role, by a psql that runs no commands of its own."""
    made = extend(source, path, where)
    words = source.words("psql", where, source.instance.role, *PLAIN)
    process = run.start(words, user=source.settings.user, env=OPTIONS, stdin=subprocess.PIPE)
    run.finish(process, statements(path, made), seconds=6 * run.HOUR, what="load into PostgreSQL")
    source.as_app(ANALYZE, where)


def statements(path: Path, made: set[bytes]) -> Iterator[bytes]:
    """What psql is given of a dump: first that it runs no commands of its own."""
    yield f"\\restrict {secrets.token_hex(16)}\n".encode()
    with open(path, "rb") as file:
        for line, data in told(file):
            if data or not left_out(line, made):
                yield line


def extend(source: Postgres, path: Path, where: str) -> set[bytes]:
    """Makes the extensions of a dump, and gives the lines that would make their schemas again."""
    made = {b"CREATE SCHEMA public;"}
    with open(path, "rb") as file:
        for line, data in told(file):
            found = None if data else EXTENSION.match(line.decode(errors="replace").rstrip("\r\n"))
            if found is None:
                continue
            if (schema := f"CREATE SCHEMA {name(found[2])}") not in ('CREATE SCHEMA "public"', 'CREATE SCHEMA "pg_catalog"'):
                source.as_app(schema.replace("SCHEMA", "SCHEMA IF NOT EXISTS"), where)
                made.update({schema.encode() + b";", f"CREATE SCHEMA {found[2]};".encode()})
            source.make_extension(found[1], found[2], where, [])
    return made


def told(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """The lines of a dump, and whether each is data: of a COPY, or the rest of a line that is very long."""
    data, begins = False, True
    while line := file.readline(LONG):
        yield line, data or not begins
        if begins and data:
            data = line.rstrip(b"\r\n") != b"\\."
        elif begins:
            data = COPY.match(line.rstrip(b"\n")) is not None
        begins = line.endswith(b"\n")


def left_out(line: bytes, made: set[bytes]) -> bool:
    """Whether a line that is no data is left out. A Failure tells a dump that chooses a database itself."""
    line = line.rstrip(b"\r\n")
    if line.startswith((b"\\connect", b"\\c ")):
        raise Failure("the dump chooses a database itself", "make it without --create: pg_dump -Fc DATABASE")
    return line in made or RESTRICTED.match(line) is not None or LEFT_OUT.match(line) is not None

