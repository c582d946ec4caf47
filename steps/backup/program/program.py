"""Programs that run: they are given their input while what they print is read, within bounds."""

import fcntl
import os
import subprocess
import threading
from contextlib import suppress
from typing import Any, BinaryIO, Callable, Iterable

from say import Failure

OUTPUT_LIMIT = 16 << 20
ERROR_LIMIT = 4 << 10
BLOCK = 1 << 18  # what fits a processor's cache is summed and written in less time
TAKEN = 600  # the seconds in which a full pipe is written to the slowest disk


def finish(process: subprocess.Popen, blocks: Iterable[bytes] = (), *, seconds: float, what: str, hint: str = "",
           take: Callable[[memoryview], Any] | None = None) -> bytes:
    """Gives a program its input, waits for its end, and gives what it printed, which is read meanwhile, or has take take it.

    A Failure tells that it failed, took too long, or printed more than OUTPUT_LIMIT, or that take failed.
    """
    out = Taker(process, process.stdout, take) if take else Reader(process, process.stdout, OUTPUT_LIMIT)
    err = Reader(process, process.stderr, 0)
    late = threading.Event()
    limit = threading.Timer(seconds, lambda: (late.set(), process.kill()))
    limit.daemon = True
    limit.start()
    try:
        if process.stdin is not None:
            feed(process, blocks)
        status = process.wait()
        printed, said = out.read(), err.read()
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        limit.cancel()
    if late.is_set():
        raise Failure(": ".join(filter(None, (what, f"it took longer than {int(seconds)} s", said and ending(status, said)))), hint)
    if out.error:
        raise Failure(f"{what}: {out.error}", hint)
    if status != 0:
        raise Failure(f"{what}: {ending(status, said)}", hint)
    return printed


def feed(process: subprocess.Popen, blocks: Iterable[bytes]) -> None:
    """Writes blocks into a program's input, and closes it."""
    try:
        for block in blocks:
            process.stdin.write(block)
        process.stdin.close()
    except BrokenPipeError:
        pass  # it says why
    finally:
        process.stdin = None


class Reader:
    """Reads what a program prints as it does, so that it never waits for that.

    It keeps at most so many bytes of the beginning and then ends the program; with 0 it keeps the end.
    """

    def __init__(self, process: subprocess.Popen, file: BinaryIO | None, most: int) -> None:
        self.process, self.file, self.most, self.error = process, file, most, ""
        self.kept = bytearray()
        self.thread = threading.Thread(target=self.follow, daemon=True)
        if file is not None:
            self.thread.start()

    def follow(self) -> None:
        """Reads to the end."""
        while block := os.read(self.file.fileno(), 1 << 16):
            if not self.most:
                self.kept = (self.kept + block)[-ERROR_LIMIT:]
            elif len(self.kept) + len(block) <= self.most:
                self.kept += block
            elif not self.error:
                self.error = f"it printed more than {self.most >> 20} MB"
                self.process.kill()

    def read(self) -> bytes:
        """What was kept, once the program has ended. What it left running may hold the file open: that is not waited for."""
        if self.file is not None:
            self.thread.join(5)
        return bytes(self.kept)


class Taker(Reader):
    """Has a function take what a program prints, block by block, each before the next. If that fails, the program is ended."""

    def __init__(self, process: subprocess.Popen, file: BinaryIO, take: Callable[[memoryview], Any]) -> None:
        self.take = take
        with suppress(OSError):  # slower without
            fcntl.fcntl(file, fcntl.F_SETPIPE_SZ, BLOCK)
        super().__init__(process, file, 0)

    def follow(self) -> None:
        """Reads to the end."""
        try:
            block = memoryview(bytearray(BLOCK))
            while size := os.readv(self.file.fileno(), [block]):
                self.take(block[:size])
        except (OSError, Failure) as error:
            self.error = error.what if isinstance(error, Failure) else error.strerror or str(error)
            self.process.kill()

    def read(self) -> bytes:
        """Waits until all is taken."""
        self.thread.join(TAKEN)
        if self.thread.is_alive():
            self.error = "what it prints does not end, and it has ended"
        return b""


def ending(status: int, err: bytes | None) -> str:
    """How a program ended, in a few words: the last lines that it printed, or its status."""
    lines = [text for text in (err or b"")[-ERROR_LIMIT:].decode(errors="replace").splitlines() if text.strip()]
    if lines:
        return "; ".join(lines[-3:])
    return f"it was ended by signal {-status}" if status < 0 else f"it ended with status {status}"
