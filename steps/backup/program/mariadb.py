"""The app's database in MariaDB.

root administers it over the socket. A dump is loaded as the app's own role: nothing in it can do more than the app
may. MariaDB can't rename a database, so all tables of one are renamed into another at once.
"""

import io
import os
import re
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Iterator

import run
from say import Failure
from settings import Instance, Settings
from source import LIVE, Part, Source, Written, check_files, not_live

FILE = "mariadb.sql"
END = b"-- Dump completed"
HINT = "slipway logs shows what MariaDB said; slipway doctor looks at the server"
LONG = 1 << 20  # bytes of a line that are looked at
INSERT = re.compile(rb"(?:INSERT|REPLACE) (?:IGNORE )?INTO `((?:[^`]|``)+)` VALUES")
DEFINER = re.compile(rb"DEFINER ?= ?(?:`(?:[^`]|``)*`@`(?:[^`]|``)*`|CURRENT_USER(?:\(\))?) ?")
ROWS, VIEWS = "IN ('BASE TABLE', 'SYSTEM VERSIONED')", "= 'VIEW'"  # kinds of tables
DUMP = ("--single-transaction", "--routines", "--events", "--triggers", "--hex-blob", "--skip-lock-tables", "--default-character-set=utf8mb4",
        "--no-tablespaces", "--max-allowed-packet=1G")


class MariaDB(Source):
    """The app's database."""

    name = "mariadb"

    def __init__(self, settings: Settings, instance: Instance) -> None:
        super().__init__(settings)
        self.instance = instance

    def database(self, where: str) -> str:
        """The name of the database that lies there."""
        return self.instance.database + ("" if where == LIVE else "-" + where)

    def words(self, program: str, *more: str, role: str = "root") -> list[str]:
        """The words that run one of MariaDB's programs."""
        return [program, "--no-defaults", f"--socket={self.instance.socket}", f"--user={role}", *more]

    def query(self, sql: str, seconds: float = 600) -> list[list[str]]:
        """The rows that a query as the administrator gives."""
        words = self.words("mariadb", "--batch", "--skip-column-names", "--default-character-set=utf8mb4")
        printed = run.output(words, data=sql.encode(), seconds=seconds, what="ask MariaDB", hint=HINT)
        return [[unescaped(cell) for cell in row.split("\t")] for row in printed.decode(errors="replace").splitlines()]

    def version(self) -> str:
        """The version of the server, as "11.8"."""
        return ".".join(self.query("SELECT VERSION()")[0][0].split(".")[:2])

    def size(self) -> int:
        """How many bytes the tables take on disk, about."""
        rows = self.query("SELECT COALESCE(SUM(data_length + index_length), 0) FROM information_schema.tables "
                          f"WHERE table_schema = {text(self.database(LIVE))}")
        return int(float(rows[0][0]))

    def names(self, where: str, kind: str) -> list[str]:
        """The tables there whose type is so in SQL."""
        return [row[0] for row in self.query("SELECT table_name FROM information_schema.tables WHERE table_schema = "
                                             f"{text(self.database(where))} AND table_type {kind} ORDER BY table_name")]

    def counts(self, where: str = LIVE) -> dict[str, int]:
        """How many rows there are, by table, at one instant."""
        asked = ["START TRANSACTION WITH CONSISTENT SNAPSHOT"]
        for table in self.names(where, ROWS):
            asked.append(f"SELECT {text(table)}, COUNT(*) FROM {name(self.database(where))}.{name(table)}")
        return {table: int(count) for table, count in self.query(";\n".join(asked) + ";", 6 * run.HOUR)}

    def dump(self, folder: Path) -> Part:
        """Dumps the database by mariadb-dump, and counts the rows in what it writes."""
        with Written(folder, FILE) as file, io.BufferedWriter(file, 1 << 20) as out:
            counts = self.write(out)
            out.flush()
            os.fsync(file.fd)
            written = file.file()
        empty = {table: 0 for table in self.names(LIVE, ROWS)}
        return Part(self.name, [written], {**empty, **counts})

    def write(self, out: BinaryIO) -> dict[str, int]:
        """Writes a dump into an open file, and counts the rows by table."""
        process = run.start(self.words("mariadb-dump", *DUMP, self.database(LIVE)), stdout=subprocess.PIPE)
        counted: dict[str, int] = {}
        table, body, ended = "", False, False
        try:
            for line, begins in lines(process.stdout):
                out.write(line)
                if not begins:
                    continue
                if line.startswith(b"DELIMITER "):
                    body = line.strip() != b"DELIMITER ;"
                elif not body and (found := INSERT.match(line)):
                    table = found[1].decode(errors="replace").replace("``", "`")
                    counted[table] = counted.get(table, 0) + line.count(b"(", found.end(), found.end() + 2)
                elif not body and table and line.startswith(b"("):
                    counted[table] += 1
                else:
                    table, ended = "", ended or line.startswith(END)
            status, said = process.wait(60), process.stderr.read()
        except BaseException:
            run.end(process)
            raise
        if status != 0 or not ended:
            raise Failure("dump MariaDB: " + run.ending(status, said), HINT)
        return counted

    def check(self, folder: Path, part: Part, fresh: bool = False) -> None:
        """Fails if the dump is not whole: mariadb-dump says at its end that it is."""
        check_files(folder, part, sums=not fresh)
        with open(folder / part.files[0].path, "rb") as file:
            file.seek(max(0, part.files[0].bytes - 4096))
            if END not in file.read():
                raise Failure("the dump of MariaDB was cut short: its last line is missing")

    def restore(self, folder: Path, part: Part, where: str) -> None:
        """Makes a database of a dump, as the app's own role."""
        self.make(not_live(where))
        with open(folder / part.files[0].path, "rb") as file:
            self.load(file, where)

    def make(self, where: str) -> None:
        """Makes an empty database that the app may write to."""
        new = name(self.database(where))
        like = self.query("SELECT default_character_set_name, default_collation_name FROM information_schema.schemata "
                          f"WHERE schema_name = {text(self.database(LIVE))}")
        charset, collation = like[0] if like else ("utf8mb4", "utf8mb4_unicode_ci")
        self.query(f"CREATE DATABASE IF NOT EXISTS {new} CHARACTER SET {charset} COLLATE {collation};\n"
                   f"GRANT ALL ON {new}.* TO {name(self.instance.role)}@localhost;")

    def load(self, file: BinaryIO, where: str) -> None:
        """Loads SQL into a database, as the app's role."""
        words = self.words("mariadb", "--batch", "--max-allowed-packet=1G", "--default-character-set=utf8mb4", *sandbox(),
                           f"--database={self.database(not_live(where))}", role=self.instance.role)
        process = run.start(words, user=self.settings.user, stdin=subprocess.PIPE)
        try:
            for line in statements(file):
                process.stdin.write(line)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it says why
        except BaseException:
            run.end(process)
            raise
        said = process.stderr.read()
        if (status := process.wait(6 * run.HOUR)) != 0:
            raise Failure("load into MariaDB: " + run.ending(status, said), HINT)

    def exists(self, where: str) -> bool:
        """Whether there is such a database."""
        return bool(self.query(f"SELECT 1 FROM information_schema.schemata WHERE schema_name = {text(self.database(where))}"))

    def rename(self, here: str, there: str) -> None:
        """Has a database's tables lie in another one, and then what is made of them: views, triggers, routines, events."""
        old, new = self.database(here), self.database(there)
        made = run.passage(self.settings.set_aside) / f"{old}-to-{new}.sql"
        if not self.exists(here):
            made.unlink(missing_ok=True)
            return
        if not made.exists():
            run.write(made, self.derived(here))
        self.make(there)
        self.throw_out(here)
        triggers = self.query(f"SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = {text(old)}")
        drops = [f"DROP TRIGGER {name(old)}.{name(row[0])}" for row in triggers]
        drops += [f"DROP VIEW {name(old)}.{name(view)}" for view in self.names(here, VIEWS)]
        moves = [f"{name(old)}.{name(table)} TO {name(new)}.{name(table)}" for table in self.names(here, "<> 'VIEW'")]
        if moves:
            drops.append("RENAME TABLE " + ", ".join(moves))
        self.query(";\n".join([*drops, ""]))
        with open(made, "rb") as file:
            self.load_derived(file, there)
        if left := self.names(here, "<> 'VIEW'"):
            raise Failure(f"somebody made the table {left[0]!a} while the database was renamed",
                          "end what uses the database, then run the same command again")
        self.query(f"DROP DATABASE {name(old)}")
        made.unlink()

    def derived(self, where: str) -> bytes:
        """The SQL of what is made of tables: views, routines, events and triggers."""
        options = ["--no-data", "--skip-lock-tables", "--default-character-set=utf8mb4", "--skip-comments"]
        words = self.words("mariadb-dump", *options, "--no-create-info", "--routines", "--events", "--triggers", self.database(where))
        sql = run.output(words, seconds=600, what="read what MariaDB has beside tables", hint=HINT)
        if views := self.names(where, VIEWS):
            sql += run.output(self.words("mariadb-dump", *options, self.database(where), *views), seconds=600, what="read MariaDB's views", hint=HINT)
        return sql

    def load_derived(self, file: BinaryIO, where: str) -> None:
        """Loads that SQL, as the app's role; what was there already is replaced."""
        new = name(self.database(where))
        had = self.query(f"SELECT routine_type, routine_name FROM information_schema.routines WHERE routine_schema = {text(self.database(where))}")
        had += self.query(f"SELECT 'EVENT', event_name FROM information_schema.events WHERE event_schema = {text(self.database(where))}")
        had += self.query(f"SELECT 'TRIGGER', trigger_name FROM information_schema.triggers WHERE trigger_schema = {text(self.database(where))}")
        self.query(";\n".join([*(f"DROP {kind} {new}.{name(each)}" for kind, each in had), ""]))
        words = self.words("mariadb", "--batch", "--default-character-set=utf8mb4", *sandbox(), f"--database={self.database(where)}",
                           role=self.instance.role)
        sql = b"".join(statements(file))
        run.output(words, user=self.settings.user, data=sql, seconds=600, what="make MariaDB's views, triggers and routines", hint=HINT)

    def throw_out(self, where: str) -> None:
        """Ends the connections of who uses a database."""
        for (number,) in self.query(f"SELECT id FROM information_schema.processlist WHERE db = {text(self.database(where))}"):
            try:
                self.query(f"KILL {int(number)}")
            except Failure:
                pass  # it has ended by itself

    def remove(self, where: str) -> None:
        """Removes a database that is not live."""
        gone = name(self.database(not_live(where)))
        if self.exists(where):
            self.query(f"DROP DATABASE {gone};\nREVOKE ALL ON {gone}.* FROM {name(self.instance.role)}@localhost;")


@lru_cache
def sandbox() -> list[str]:
    """The option by which the client runs no commands that a dump names, if this version has it."""
    told = subprocess.run(["mariadb", "--no-defaults", "--help"], env=run.ENVIRONMENT, capture_output=True, check=False).stdout
    return ["--sandbox"] if b"--sandbox" in told else []


def lines(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """The lines of a file, a very long one in parts, and whether each begins a line."""
    begins = True
    while line := file.readline(LONG):
        yield line, begins
        begins = line.endswith(b"\n")


def statements(file: BinaryIO) -> Iterator[bytes]:
    """A dump without what chooses a database, and without other definers than who loads it."""
    chosen, data = set(), False
    for line, begins in lines(file):
        data = begins and (INSERT.match(line) is not None or data and line.startswith(b"(")) or data and not begins
        if data or not begins:
            yield line
        elif line.startswith((b"USE ", b"CREATE DATABASE ")):
            chosen.update(re.findall(rb"`((?:[^`]|``)+)`", line)[:1])
            if len(chosen) > 1:
                raise Failure("the dump has more than one database", "make one of a single database: mariadb-dump DATABASE")
        else:
            yield DEFINER.sub(b"", line)


def name(identifier: str) -> str:
    """A name as SQL has it."""
    return "`" + identifier.replace("`", "``") + "`"


def text(value: str) -> str:
    """A text as SQL has it."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def unescaped(cell: str) -> str:
    """A value that the client printed in a batch."""
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t", "0": "\0"}.get(m[1], m[1]), cell)
