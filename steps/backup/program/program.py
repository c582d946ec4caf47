"""Programs that run: they are given their input while what they print is read, within bounds."""

import os
import subprocess
import threading
from typing import BinaryIO, Iterable

from say import Failure

OUTPUT_LIMIT = 16 << 20
ERROR_LIMIT = 4 << 10


def finish(process: subprocess.Popen, blocks: Iterable[bytes] = (), *, seconds: float, what: str, hint: str = "") -> bytes:
    """Gives a program its input, waits for its end, and gives what it printed, which is read meanwhile.

    A Failure tells that it failed, took too long, or printed more than OUTPUT_LIMIT.
    """
    out, err = Reader(process, process.stdout, OUTPUT_LIMIT), Reader(process, process.stderr, 0)
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
    if out.full:
        raise Failure(f"{what}: it printed more than {OUTPUT_LIMIT >> 20} MB", hint)
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
        self.process, self.file, self.most, self.full = process, file, most, False
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
            elif not self.full:
                self.full = True
                self.process.kill()

    def read(self) -> bytes:
        """What was kept, once the program has ended. What it left running may hold the file open: that is not waited for."""
        if self.file is not None:
            self.thread.join(5)
        return bytes(self.kept)


def ending(status: int, err: bytes | None) -> str:
    """How a program ended, in a few words: the last lines that it printed, or its status."""
    lines = [text for text in (err or b"")[-ERROR_LIMIT:].decode(errors="replace").splitlines() if text.strip()]
    if lines:
        return "; ".join(lines[-3:])
    return f"it was ended by signal {-status}" if status < 0 else f"it ended with status {status}"
