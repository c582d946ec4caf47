import os
import pathlib

from flask import Flask

app = Flask(__name__)


@app.get("/")
def front():
    mark = pathlib.Path(os.environ["STATE_DIRECTORY"], "mark")
    return "worker " + (mark.read_text() if mark.exists() else "unseen")
