"""Files and SQLite files."""

import os
import shutil
import sqlite3
import unittest

from base import USER, Deployment

import beside
import dump
import files
import run
import say
import sqlite
from source import BESIDE, LIVE


class TestFiles(Deployment):
    """The folder of the app's state."""

    def setUp(self) -> None:
        super().setUp()
        self.file("kept/uploads/a.txt", b"a" * 5000)
        self.file("kept/uploads/empty", b"")
        self.file("kept/uploads/deep/er/strange \udcff\n name".encode(errors="surrogateescape").decode(errors="surrogateescape"), b"x")
        self.database("kept/data/shop.sqlite3", 7)
        self.file("fake.db", b"SQLite format 3\0" + b"no database" * 100)
        os.symlink("/etc/passwd", self.top / "state/link")
        os.mkfifo(self.top / "state/pipe")

    def make(self) -> dict:
        """Dumps all, and gives the manifest as it was read."""
        dump.make(self.settings, self.folder, "dump")
        return dump.check(self.settings, self.folder)

    def test_dump_and_beside(self) -> None:
        """What is dumped is restored with its modes, owners, links and rows."""
        manifest = self.make()
        counts = {part.source: part.counts for part in manifest["parts"]}
        self.assertEqual(counts, {"files": {"bytes": 5001, "files": 3}, "sqlite": {"kept/data/shop.sqlite3:orders": 7}})
        self.assertEqual((manifest["release"], manifest["name"], len(manifest["beside"])), ("0123456789ab", "shop", 2))
        os.chmod(self.top / "state/kept/uploads/a.txt", 0o640)
        compared = beside.restore(self.settings, self.folder)
        self.assertEqual(compared["sqlite"], {"kept/data/shop.sqlite3:orders": 7})
        root = files.place(self.settings, BESIDE)
        self.assertEqual((root / "kept/uploads/a.txt").read_bytes(), b"a" * 5000)
        self.assertEqual(os.readlink(root / "link"), "/etc/passwd")
        self.assertEqual((root / "fake.db").read_bytes(), (self.top / "state/fake.db").read_bytes())
        self.assertFalse((root / "pipe").exists())
        for path in ("kept/uploads/a.txt", "kept/data/shop.sqlite3", "kept/data", "."):
            self.assertEqual((root / path).owner(), USER, path)
        self.assertEqual((root / "kept/data/shop.sqlite3").stat().st_mode, (self.top / "state/kept/data/shop.sqlite3").stat().st_mode)
        beside.discard(self.settings)
        self.assertFalse(root.exists())

    def test_dump_that_is_not_whole(self) -> None:
        """A dump in which anything is empty, cut short, changed or missing is told as one."""
        self.make()
        for path, change in {
            "sqlite/0": lambda p: p.write_bytes(b""), "sqlite/1": lambda p: p.write_bytes(p.read_bytes()[:-1]),
            files.LIST: lambda p: p.write_bytes(p.read_bytes()[:-8]), "files/kept/uploads/a.txt": lambda p: p.write_bytes(b"b" * 5000),
            "files/kept/uploads/empty": lambda p: p.unlink(), "manifest.json": lambda p: p.write_bytes(p.read_bytes()[:90]),
            "variables/0123456789ab.env": lambda p: p.unlink(), "source.tar": lambda p: p.write_bytes(b"x"),
        }.items():
            with self.subTest(path):
                copy = self.top / "copy"
                shutil.copytree(self.folder, copy)
                change(copy / path)
                with self.assertRaises(say.Failure):
                    beside.restore(self.settings, copy)
                self.assertFalse(files.place(self.settings, BESIDE).exists())
                shutil.rmtree(copy)

    def test_dump_that_leads_out(self) -> None:
        """A path of a dump that leads out of its folder is not written to."""
        self.make()
        part = next(part for part in dump.read(self.folder)["parts"] if part.source == "files")
        for line in ('["f", "../../out", 420, 0, 0, 0, 1, ""]', '["f", "/out", 420, 0, 0, 0, 1, ""]'):
            (self.folder / files.LIST).write_text(line + '\n["end"]\n')
            with self.subTest(line), self.assertRaises(ValueError):
                files.Files(self.settings).restore(self.folder, part, BESIDE)
            run.remove(files.place(self.settings, BESIDE))

    def test_sqlite_that_is_written(self) -> None:
        """A database with a writer, in WAL, is dumped as it was at one instant."""
        path = self.top / "state/kept/data/shop.sqlite3"
        writer = sqlite3.connect(path)
        self.addCleanup(writer.close)
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("INSERT INTO orders (name) VALUES ('in the journal')")
        writer.commit()
        for each in path.parent.iterdir():
            shutil.chown(each, USER)
        writer.execute("INSERT INTO orders (name) VALUES ('not yet')")
        self.folder.mkdir()
        part = sqlite.SQLite(self.settings).dump(self.folder)
        self.assertEqual(part.counts["kept/data/shop.sqlite3:orders"], 8)

    def test_sqlite_of_a_link(self) -> None:
        """A link in a folder that the app can write to leads root nowhere."""
        os.symlink(self.top / "secret", self.top / "state/kept/uploads/secret.db")
        (self.top / "secret").write_bytes(b"SQLite format 3\0" + b"s" * 1000)
        manifest = self.make()
        self.assertNotIn("secret.db", str(manifest["parts"][1].more["copies"]))
        self.assertNotIn(b"sssss", b"".join(p.read_bytes() for p in (self.folder / "sqlite").iterdir()))

    def test_in_place(self) -> None:
        """Files that are left where they are are only listed."""
        dump.write(self.settings, self.folder, "backup", in_place=True)
        self.assertEqual(list((self.folder / "files").iterdir()), [])
        shutil.rmtree(self.folder / "files")
        shutil.copytree(self.settings.state, self.folder / "files", symlinks=True, ignore=shutil.ignore_patterns("pipe"))
        beside.restore(self.settings, self.folder)
        self.assertEqual((files.place(self.settings, BESIDE) / "kept/uploads/a.txt").read_bytes(), b"a" * 5000)

    def test_live_data_is_never_removed(self) -> None:
        """The program ends rather than remove or overwrite what is live."""
        with self.assertRaises(AssertionError):
            files.Files(self.settings).remove(LIVE)
        self.assertTrue((self.top / "state/kept/uploads/a.txt").exists())


if __name__ == "__main__":
    unittest.main()
