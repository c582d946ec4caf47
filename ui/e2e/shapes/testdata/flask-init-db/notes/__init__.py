import os

from flask import Flask


def create_app():
    app = Flask(__name__, instance_relative_config=True)
    app.config.from_mapping(DATABASE=os.path.join(app.instance_path, "notes.sqlite"))
    os.makedirs(app.instance_path, exist_ok=True)

    from . import db

    db.init_app(app)

    @app.get("/")
    def front():
        from flask import request

        if "add" in request.args:
            with db.connect() as connection:
                connection.execute("INSERT INTO note VALUES (?)", [request.args["add"]])
        with db.connect() as connection:
            return f"{connection.execute('SELECT COUNT(*) FROM note').fetchone()[0]} notes"

    return app
