from flask import Blueprint, current_app

bp = Blueprint("pages", __name__)


@bp.get("/")
def index():
    return f"a factory says {current_app.config['GREETING']}\n"
