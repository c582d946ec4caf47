from importlib.metadata import version

from flask import Flask

app = Flask(__name__)


@app.get("/")
def front():
    return f"{app.config.get('GREETING')} from shop {version('shop-web')} in {'/releases/' if '/releases/' in __file__ else __file__}"
