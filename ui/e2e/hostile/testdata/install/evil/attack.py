"""What code of a stranger's tries on the server of an app. It tells what went well."""

import glob
import os
import signal
import sys
import time

STATE = "/var/lib/app-hostile-install"
VENVS = "/srv/app-hostile-install/venvs/*"


def read():
    """What can be read of the app that runs, and of its state."""
    found = []
    for path in glob.glob("/proc/[0-9]*/environ"):
        try:
            with open(path, "rb") as file:
                found.append(file.read().decode("latin-1"))
        except OSError:
            pass
    for folder, _, names in os.walk(STATE):
        for name in names:
            try:
                with open(os.path.join(folder, name), "rb") as file:
                    found.append(file.read(4096).decode("latin-1"))
            except OSError:
                pass
    return found


def write(who):
    """Links that lead root elsewhere, and what other installations would take from a cache."""
    for venv in glob.glob(VENVS):
        for link, target in ((".complete", "/etc/nologin"), (".lock", "/etc/hostile"), (".x\n777 etc", "/etc")):
            try:
                if os.path.lexists(os.path.join(venv, link)):
                    os.remove(os.path.join(venv, link))
                os.symlink(target, os.path.join(venv, link))
            except OSError:
                pass
    wrote = []
    for cache in glob.glob("/var/cache/slipway/*") + glob.glob("/opt/slipway/*/*"):
        for folder, _, names in os.walk(cache):
            for name in [n for n in names if n.endswith(".py")] + ["hostile.txt"]:
                try:
                    with open(os.path.join(folder, name), "a") as file:
                        file.write("\n# HOSTILE " + who + "\n")
                    wrote.append("wrote " + os.path.join(folder, name))
                except OSError:
                    pass
    return wrote


if __name__ == "__main__" and sys.argv[1:] == ["wait"]:
    if os.fork():
        sys.exit()
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    for _ in range(600):
        write("later")
        time.sleep(0.1)
