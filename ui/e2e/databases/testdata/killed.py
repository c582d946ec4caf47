"""Runs a command of the program on the server, and kills it before its Nth step, or stops there for good.

The words are N, "kill" or "stop", and those of the program. A step is a start of another program or a change of the
file system. It prints "killed" or "stopped", or else how many steps there were.
"""

import os
import runpy
import signal
import sys
import time

PROGRAM = "/usr/local/lib/slipway/data"
sys.path.insert(0, PROGRAM)
import run  # noqa: E402

last, what, words, steps = int(sys.argv[1]), sys.argv[2], sys.argv[3:], 0


def counting(real):
    def call(*given, **more):
        global steps
        steps += 1
        if steps == last:
            print("killed" if what == "kill" else "stopped", flush=True)
            while what == "stop":
                time.sleep(1)
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **more)
    return call


run.output = counting(run.output)
for name in ("rename", "rmdir", "unlink", "mkdir", "fsync"):
    setattr(os, name, counting(getattr(os, name)))
sys.argv = [PROGRAM, *words]
try:
    runpy.run_path(PROGRAM, run_name="__main__")
except SystemExit as end:
    print(steps if not end.code else f"exit {end.code}")
