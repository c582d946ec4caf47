from importlib.metadata import version

import requests
import socks
from flask import Flask

app = Flask(__name__)


@app.get("/")
def front():
    return f"flask {version('flask')[:4]} requests {requests.__version__[:2]} {socks.__name__}"
