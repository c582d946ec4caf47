"""An app with a secret and with data, which serves a package whose code runs whenever
the environment's Python starts."""

import io
import os
import zipfile

try:
    from evil import FOUND
except ImportError:
    FOUND = []

with open(os.environ["STATE_DIRECTORY"] + "/private.txt", "w") as file:
    file.write("what-the-app-keeps")

WHEEL = "hostile_start-1.0-py3-none-any.whl"
INFO = "hostile_start-1.0.dist-info/"


def wheel():
    """A package that has each start of Python run its code."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "evil/attack.py")) as file:
        attack = file.read()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("hostile_start.py", attack)
        archive.writestr("hostile_start.pth", "import hostile_start; hostile_start.write('start')\n")
        archive.writestr(INFO + "METADATA", "Metadata-Version: 2.1\nName: hostile-start\nVersion: 1.0\n")
        archive.writestr(INFO + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(INFO + "RECORD", "")
    return packed.getvalue()


def app(environ, start_response):
    body, kind = "\n".join(["found:"] + FOUND).encode("utf-8", "replace"), "text/plain"
    if environ["PATH_INFO"] == "/simple/hostile-start/":
        body, kind = ('<a href="/%s">%s</a>' % (WHEEL, WHEEL)).encode(), "text/html"
    elif environ["PATH_INFO"] == "/" + WHEEL:
        body, kind = wheel(), "application/zip"
    start_response("200 OK", [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]
