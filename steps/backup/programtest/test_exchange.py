"""The swap: killed before any of its steps, it leaves the data as it was, or as it should be."""

import os
import shutil
import sqlite3
import unittest
from unittest import mock

from base import Deployment

import beside
import dump
import exchange
import files
import run
import say
import sources
import units
from source import BESIDE, LIVE, Source, before


class Killed(BaseException):
    """Stands for the end of the program: nothing of it goes on."""


class Shut(Source):
    """Data that nobody can reach from the first step of its renaming to the last one, as a database."""

    def __init__(self, settings, name: str) -> None:
        super().__init__(settings)
        self.name, self.home = name, settings.set_aside.parent / name
        self.shut = self.home / "shut"

    def place(self, where: str):
        """The folder of what lies there."""
        return self.home / (where or "live")

    def exists(self, where: str) -> bool:
        """Whether there is such a folder."""
        return self.place(where).is_dir()

    def rename(self, here: str, there: str) -> None:
        """Renames the folder, in steps."""
        if self.exists(here) and not self.exists(there):
            if not self.shut.exists():
                os.mkdir(self.shut)
            os.rename(self.place(here), self.place(there))
        if self.shut.exists():
            os.rmdir(self.shut)


class TestExchange(Deployment):
    """Swaps of an app whose units are noted instead of started: this computer may have no systemd."""

    def setUp(self) -> None:
        super().setUp()
        self.database("kept/shop.sqlite3", 5)
        self.file("kept/uploads/a.txt", b"a")
        dump.make(self.settings, self.folder, "dump")
        self.database("kept/shop.sqlite3", 2)
        self.running, self.healthy = {"app.service"}, [True, True]
        fakes = {"running": lambda s, kind="service": sorted(self.running) if kind == "service" else [], "of_app": lambda s, kind="service": {"app.service": ""},
                 "commands": lambda s: [], "guard": lambda: None, "stop": lambda u: self.running.difference_update(u),
                 "start": lambda u, block=True: self.running.update(u), "systemctl": lambda *w, **k: "",
                 "stop_all": lambda s: self.running.clear(), "healthy": lambda s, seconds: self.healthy.pop(0) if self.healthy else True}
        for name, fake in fakes.items():
            patched = mock.patch.object(units, name, fake)
            patched.start()
            self.addCleanup(patched.stop)

    def rows(self, where: str = LIVE) -> int:
        """How many orders there are."""
        connection = sqlite3.connect(files.place(self.settings, where) / "kept/shop.sqlite3")
        try:
            return connection.execute("SELECT count(*) FROM orders").fetchone()[0]
        finally:
            connection.close()

    def whole(self) -> None:
        """Fails if anything of a swap is left."""
        self.assertEqual((self.running, [p for p in (self.top / "units").rglob("*") if p.is_file()], exchange.Note.read(self.settings)), ({"app.service"}, [], None))

    def test_swap_and_back(self) -> None:
        """Data is replaced, what was before is kept, and comes back; then it is forgotten with the next release."""
        beside.swap(self.settings, [str(self.folder)])
        self.assertEqual(self.rows(), 5)
        self.whole()
        (stamp, about), = beside.kept(self.settings).items()
        self.assertEqual((self.rows(before(stamp)), about["release"], about["names"]), (7, "0123456789ab", ["files"]))
        with mock.patch.object(run, "stamp", lambda: "20300102t030405"):
            beside.back(self.settings, [stamp])
        self.assertEqual((self.rows(), list(beside.kept(self.settings))), (7, ["20300102t030405"]))
        beside.forget(self.settings, [])
        self.assertEqual(list(beside.kept(self.settings)), ["20300102t030405"])
        os.unlink(self.top / "root/current")
        os.symlink(self.top / "root/releases/ba9876543210", self.top / "root/current")
        beside.forget(self.settings, [])
        self.assertEqual((beside.kept(self.settings), self.rows()), ({}, 7))

    def test_app_that_does_not_answer(self) -> None:
        """Where the app does not answer with the other data, the data of before comes back."""
        self.healthy = [True, False]
        with self.assertRaisesRegex(say.Failure, "did not answer"):
            beside.swap(self.settings, [str(self.folder)])
        self.assertEqual((self.rows(), files.place(self.settings, BESIDE).exists(), beside.kept(self.settings)), (7, False, {}))
        self.whole()

    def test_release_that_does_not_take_the_traffic(self) -> None:
        """Code and data change together, or neither does."""
        for command, rows in ((["false"], 7), (["true"], 5)):
            try:
                beside.swap(self.settings, [str(self.folder), "--release", "ba9876543210", "--", *command])
            except say.Failure as failure:
                self.assertIn("did not take the traffic", failure.what)
            self.assertEqual(self.rows(), rows)

    def test_killed_before_each_step(self) -> None:
        """Whatever it had done, the next command finds all of the old data, or all of the new."""
        for healthy in ([True, True], [True, False]):
            with self.subTest(healthy=healthy):
                self.assertGreater(self.kill_each(healthy), 20)

    def test_killed_within_a_renaming(self) -> None:
        """What a swap was renaming when it was killed can be reached again, whichever of several sources it was."""
        both = [Shut(self.settings, "first"), Shut(self.settings, "second")]
        patched = mock.patch.object(sources, "of", lambda s: both)
        patched.start()
        self.addCleanup(patched.stop)
        for last in range(1, 400):
            for source in both:
                shutil.rmtree(source.home, True)
                (source.place(LIVE) / "old").mkdir(parents=True)
                (source.place(BESIDE) / "new").mkdir(parents=True)
            self.healthy, self.running = [True, True], {"app.service"}
            try:
                with killed_before(last):
                    exchange.exchange(self.settings, ["first", "second"], BESIDE)
                done = True
            except Killed:
                done = False
            exchange.recover(self.settings)
            found = [(os.listdir(source.place(LIVE)), source.shut.exists()) for source in both]
            self.assertIn(found, ([(["old"], False)] * 2, [(["new"], False)] * 2), f"killed before step {last}")
            self.whole()
            if done:
                return
        self.fail("it is never done")

    def kill_each(self, healthy: list[bool]) -> int:
        """Kills the swap before its first step, its second, and so on; gives how many there are."""
        for last in range(1, 400):
            self.healthy, self.running = list(healthy), {"app.service"}
            was = self.rows()
            try:
                with killed_before(last):
                    beside.swap(self.settings, [str(self.folder)])
                done = True
            except Killed:
                done = False
            except say.Failure:
                done = True
            self.healthy = []
            exchange.recover(self.settings)
            self.assertIn(self.rows(), (was, 5))
            self.assertEqual((self.top / "state/kept/uploads/a.txt").read_bytes(), b"a")
            self.whole()
            self.assertTrue(done or was == self.rows() or beside.kept(self.settings), f"step {last} lost the data of before")
            for stamp in beside.kept(self.settings):
                run.remove(self.settings.set_aside / stamp)
            if done:
                return last
            if self.rows() == 5:
                self.database("kept/shop.sqlite3", 2)
        self.fail("it is never done")


class killed_before:
    """Ends what runs in a block before the Nth change of a file system."""

    def __init__(self, last: int) -> None:
        self.left, self.dead = last, False

    def __enter__(self) -> None:
        self.patches = [mock.patch.object(os, name, self.counting(getattr(os, name))) for name in ("rename", "unlink", "rmdir", "mkdir", "fsync", "chown")]
        for patch in self.patches:
            patch.start()

    def __exit__(self, *_: object) -> None:
        for patch in self.patches:
            patch.stop()

    def counting(self, real):
        """A function that counts its calls with those of the others. After the last one, none does anything."""
        def call(*words, **more):
            self.left -= 1
            if self.left <= 0:
                raise Killed
            return real(*words, **more)
        return call


if __name__ == "__main__":
    unittest.main()
