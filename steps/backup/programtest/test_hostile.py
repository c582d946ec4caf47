"""What the app, its visitors, what builds it, and those who make dumps may try."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import unittest

from base import PROGRAM, Deployment

import beside
import dump
import elsewhere
import files
import look
import move
import repository
import run
import say
import sqlite
import state
import tree
from source import BESIDE


class TestHostileFiles(Deployment):
    """The folder that the app can write to."""

    def test_folder_that_becomes_a_link(self) -> None:
        """What restic saved as a link after it was listed as a folder leads root nowhere."""
        self.file("kept/inner/secret", b"the app's own")
        self.file("kept/other", b"a file that becomes a link")
        dump.write(self.settings, self.folder, "backup", in_place=True)
        shutil.rmtree(self.folder / "files")
        shutil.copytree(self.settings.state, self.folder / "files", symlinks=True)
        outside = self.top / "outside"
        outside.mkdir()
        (outside / "secret").write_text("of root's")
        shutil.rmtree(self.folder / "files/kept/inner")
        (self.folder / "files/kept/inner").symlink_to(outside)
        (self.folder / "files/kept/other").unlink()
        (self.folder / "files/kept/other").symlink_to(outside / "secret")
        beside.restore(self.settings, self.folder)
        root = files.place(self.settings, BESIDE)
        self.assertEqual([p for p in root.rglob("*") if p.is_file()], [])

    def test_root_of_restored_files_opens_last(self) -> None:
        """Whatever a dump's list says, nobody else gets into the folder before all of it has its owner."""
        self.file("a/b/c", b"x")
        dump.make(self.settings, self.folder, "dump")
        part = next(part for part in dump.read(self.folder)["parts"] if part.source == "files")
        lines = (self.folder / files.LIST).read_text().splitlines()
        (self.folder / files.LIST).write_text("\n".join([*lines[1:-1], lines[0], lines[-1]]) + "\n")
        order, chown = [], os.chown
        os.chown = lambda path, *a, **k: (order.append(os.fspath(path)), chown(path, *a, **k))
        self.addCleanup(setattr, os, "chown", chown)
        files.Files(self.settings).restore(self.folder, part, BESIDE)
        self.assertEqual(os.path.normpath(order[-1]), str(files.place(self.settings, BESIDE)))

    def test_files_that_become_something_else(self) -> None:
        """A file that is a link, a pipe, a socket or a folder once root opens it is passed over."""
        (self.top / "elsewhere").write_text("of root's")
        for kind in ("link", "pipe", "socket", "folder", "nothing"):
            path = self.file(f"kept/{kind}", b"x")
            entries = (entry for entry in tree.walk(self.settings.state) if entry.name == kind)
            self.addCleanup(entries.close)
            entry = next(entries)
            path.unlink()
            listener = socket.socket(socket.AF_UNIX)
            self.addCleanup(listener.close)
            {"link": lambda: path.symlink_to(self.top / "elsewhere"), "pipe": lambda: os.mkfifo(path), "socket": lambda: listener.bind(str(path)),
             "folder": path.mkdir, "nothing": lambda: None}[kind]()
            with self.subTest(kind):
                self.assertRaises(FileNotFoundError, entry.open)
                self.assertIsNone(files.copied(entry, self.top))

    def test_pipe_in_a_dump(self) -> None:
        """A pipe in the place of a dump's file is waited for by nobody."""
        os.mkfifo(self.top / "pipe")
        self.assertRaises(FileNotFoundError, files.digest, self.top, "pipe")

    def test_folders_without_end(self) -> None:
        """Folders in folders end with words that say where."""
        path = self.top / "state"
        for _ in range(300):
            path = path / "d"
            path.mkdir()
        with self.assertRaisesRegex(say.Failure, "deeper than"):
            list(tree.walk(self.settings.state))


class TestHostileSQLite(Deployment):
    """Files that begin as SQLite's: visitors can send any."""

    def strange(self) -> dict[str, bytes]:
        """Contents by name."""
        new = bytearray(self.database("whole", 3).read_bytes())
        new[44:48] = (99).to_bytes(4, "big")
        no_text = self.database("whole", 3).read_bytes().replace(b"orders", b"\xff\xfe\xfd\xfc\xfb\xfa")
        return {"format of the future": bytes(new), "names that are no text": no_text, "cut": bytes(new[:600]),
                "cut \n*": no_text, "name \udcff": no_text, "spaces ": no_text}

    def test_strange_files(self) -> None:
        """A file that SQLite can't read is kept as it is, and is in the way of nothing."""
        strange = self.strange()
        for name, content in strange.items():
            self.file(f"uploads/{name}", content)
        self.file("uploads/*", b"no database")
        dump.make(self.settings, self.folder, "dump")
        compared = beside.restore(self.settings, self.folder)
        self.assertEqual(compared["sqlite"], {"whole:orders": 6})
        for name, content in strange.items():
            self.assertEqual((files.place(self.settings, BESIDE) / "uploads" / name).read_bytes(), content, repr(name))
        excluded = [repository.pattern(path) for path in repository.without(self.settings)]
        self.assertTrue(excluded)
        for line in excluded:
            self.assertRegex(line.encode(), rb"^/dump/files/[^\n]*[^\n ]\n$")

    def test_functions_of_the_app(self) -> None:
        """A file whose index needs a function of the app's is copied by SQLite all the same."""
        connection = sqlite3.connect(self.database("own.db", 3))
        connection.create_function("own", 1, lambda text: text, deterministic=True)
        connection.execute("CREATE INDEX by_own ON orders (own(name))")
        connection.commit()
        connection.close()
        self.folder.mkdir()
        part = sqlite.SQLite(self.settings).dump(self.folder)
        self.assertEqual((part.counts, part.more["strange"]), ({"own.db:orders": 3}, []))


class TestHostilePrograms(unittest.TestCase):
    """Programs that print without end, and ones that are left behind."""

    def test_output_without_end(self) -> None:
        """Root reads no more than it has room for."""
        for words in (["cat", "/dev/zero"], ["sh", "-c", "cat /dev/zero >&2"]):
            with self.subTest(words), self.assertRaisesRegex(say.Failure, "printed more than|longer than"):
                run.output(words, seconds=3)

    def test_input_and_words_at_once(self) -> None:
        """A program that says much before it takes its input is not waited for without end."""
        words = ["sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' 'x\\n' >&2; wc -c"]
        self.assertEqual(run.output(words, data=b"y" * 1000000, seconds=60).strip(), b"1000000")
        process = run.start(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.assertEqual(run.finish(process, (b"y" * 1000 for _ in range(1000)), seconds=60, what="x").strip(), b"1000000")

    def test_kill(self) -> None:
        """Nothing goes on that a killed run of the program started."""
        for user in ("root", "nobody"):
            code = f"import sys; sys.path.insert(0, {str(PROGRAM)!r}); import run; p = run.start(['sleep', '600'], user={user!r})\n"
            code += "print(p.pid, flush=True); p.wait()"
            process = subprocess.Popen([sys.executable, "-B", "-c", code], stdout=subprocess.PIPE)
            started = int(process.stdout.readline())
            self.assertTrue(run.wait(lambda: command(started).startswith(b"sleep\0"), 30), user)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            ended = run.wait(lambda: not command(started), 10)
            if not ended:
                os.kill(started, signal.SIGKILL)
            self.assertTrue(ended, user)

    def test_answers_fit(self) -> None:
        """However long the app's names are, an answer and what is on record keep their size."""
        counts = {f"{number}{'ü' * 300}": number for number in range(200)}
        self.assertLess(5 * len(json.dumps(look.fewer(counts))), say.LIMIT)
        self.assertLess(len(json.dumps(state.fallen({name: 100 for name in counts}, {}))), say.LIMIT)

    def test_damaged_gzip(self) -> None:
        """A dump that gzip can't unpack is told as one."""
        given = move.Path("/tmp", f"slipway-gzip-{os.getpid()}")
        self.addCleanup(given.unlink, missing_ok=True)
        given.write_bytes(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + b"\xff" * 100)
        target = given.with_suffix(".target")
        self.addCleanup(target.unlink, missing_ok=True)
        with self.assertRaisesRegex(say.Failure, "cut short"):
            move.take(str(given), target)


class TestHostileProvider(unittest.TestCase):
    """What a provider says of its database."""

    def test_names(self) -> None:
        """It is a host's name and the names of a user and a database: no socket of this server, option or whole address."""
        good = {"host": "db-1.example.com", "port": 25060, "user": "doadmin", "password": "a secret", "name": "app", "ca": ""}
        self.assertEqual(elsewhere.checked(good), good)
        for changed in ({"host": "/var/run/postgresql"}, {"host": "a,b"}, {"host": "-x"}, {"host": ""}, {"host": "a.example.com\n"}, {"host": "@x"}, {"host": None},
                        {"port": 0}, {"port": 70000}, {"port": "5432"}, {"port": True}, {"user": "-x"}, {"user": "a b"}, {"name": "host=/tmp dbname=postgres"},
                        {"name": "postgresql://other/app"}, {"name": "x sslmode=disable"}, {"name": ""}, {"password": ""}, {"password": "a\0b"}, {"ca": ["x"]}):
            with self.subTest(changed), self.assertRaisesRegex(say.Failure, "names no host") as raised:
                elsewhere.checked({**good, **changed})
            self.assertNotIn("a secret", raised.exception.what)


def command(pid: int) -> bytes:
    """The words of a process; empty if it has ended."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""


if __name__ == "__main__":
    unittest.main()
