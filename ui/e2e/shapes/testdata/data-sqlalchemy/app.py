import os

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("DATABASE_URL", "sqlite:///shop.db")
db = SQLAlchemy(app)


class Item(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)


with app.app_context():
    db.create_all()


@app.get("/")
def front():
    return f"{Item.query.count()} items\n"


@app.get("/add")
def add():
    db.session.add(Item(name="x"))
    db.session.commit()
    return "added\n"
