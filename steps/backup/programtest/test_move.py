"""Dumps go out of a database and into it. The swap itself is test_exchange's."""

import contextlib
import gzip
import io
import os
import re
import tempfile
from unittest import mock

import test_postgres
from test_postgres import COUNTS

import exchange
import move
import postgres
import run
import say
from source import BESIDE, LIVE, before


class TestMove(test_postgres.Cluster):
    """slipway db dump and slipway db load, with PostgreSQL."""

    def setUp(self) -> None:
        super().setUp()

        def swapped(settings, names, new):
            for here, there in ((LIVE, before("20260102t030405")), (new, LIVE)):
                self.source.rename(here, there)
            return "20260102t030405"

        patched = mock.patch.object(exchange, "exchange", swapped)
        patched.start()
        self.addCleanup(patched.stop)
        opened = mock.patch.object(exchange.units, "open_gates", lambda settings: None)
        opened.start()
        self.addCleanup(opened.stop)

    def dumped(self) -> bytes:
        """What slipway db dump prints."""
        with tempfile.TemporaryFile() as out, mock.patch("sys.stdout", io.TextIOWrapper(out)):
            move.dump(self.settings, ["postgres"])
            out.seek(0)
            return out.read()

    def load(self, content: bytes) -> str:
        """Loads a dump, and gives what is printed."""
        path = self.top / "given"
        path.write_bytes(content)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            move.load(self.settings, ["postgres", str(path)])
        return printed.getvalue()

    def sql(self, *more: str) -> bytes:
        """The database as pg_dump prints SQL."""
        return run.output(self.source.words("pg_dump", LIVE, "", *more), user="postgres")

    def test_dump_and_load(self) -> None:
        """What was dumped is loaded, packed or not, in pg_dump's own format or as SQL; what was before is kept."""
        own, plain = self.dumped(), self.sql()
        for name, dump in {"own": own, "SQL": plain, "inserts": self.sql("--inserts"), "packed": gzip.compress(plain)}.items():
            with self.subTest(name):
                self.app("INSERT INTO customers (name) VALUES ('later')")
                printed = self.load(dump)
                self.assertIn("public.customers: 501 now, 500 in the dump", printed)
                self.assertIn("slipway restore shop before-20260102t030405", printed)
                self.assertEqual((self.source.counts(), self.source.exists(BESIDE)), (COUNTS, False))
                self.assertEqual(self.app("SELECT count(*) FROM named; SELECT tableowner FROM pg_tables WHERE tablename = 'customers'"), "20\nnobody\n")
                self.source.remove(before("20260102t030405"))

    def test_refused(self) -> None:
        """A dump that is not whole, newer, of many databases, or does more than the app may, changes nothing."""
        own, plain = self.dumped(), self.sql()
        newer = re.sub(rb"Dumped from database version [0-9.]+", b"Dumped from database version 99.1", plain)
        here = self.top / "was-here"
        for name, (dump, why) in {
            "empty": (b"", "is empty"), "cut": (own[:len(own) // 2], "restore PostgreSQL|could not read"), "cut SQL": (plain[:len(plain) // 2], "was cut short"),
            "cut gzip": (gzip.compress(plain)[:-20], "cut short"), "no dump": (b"SELECT 1;\n", "no tables"), "newer": (newer, "PostgreSQL 99"),
            "cluster": (b"--\n-- PostgreSQL database cluster dump\n--\n", "all databases"),
            "connects": (b"\\connect postgres\n" + plain, "chooses a database"),
            "runs a command": (f"\\! touch {here}\n".encode() + plain, "restrict"),
            "runs a command later": (f"SELECT 1; \\! touch {here}\n".encode() + plain, "restrict"),
            "reads a file": (b"CREATE TABLE t (a text); COPY t FROM '/etc/shadow';\n", "permission denied"),
            "another role": (b"SET ROLE postgres; CREATE TABLE t (a text);\n", "permission denied"),
        }.items():
            with self.subTest(name), self.assertRaisesRegex(say.Failure, why):
                self.load(dump)
            self.assertEqual((self.source.counts(), self.source.exists(BESIDE), os.path.exists(here)), (COUNTS, False, False), name)


if __name__ == "__main__":
    test_postgres.unittest.main()
