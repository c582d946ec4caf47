"""An app with a configuration file of gunicorn's, written for a server of its own."""

import os

from flask import Flask

app = Flask(__name__)


@app.get("/")
def front():
    parent = os.getppid()
    with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as children:
        workers = len(children.read().split())
    return f"workers={workers} hook={os.environ.get('HOOK')}\n"
