import os

from flask import Flask


def create_app():
    app = Flask(__name__)
    app.config["GREETING"] = os.environ["GREETING"]

    from . import pages

    app.register_blueprint(pages.bp)
    return app
