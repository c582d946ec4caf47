from fastapi import FastAPI
from sqlalchemy import Column, Integer, create_engine
from sqlalchemy.orm import declarative_base, sessionmaker

SQLALCHEMY_DATABASE_URL = "sqlite:///./sql_app.db"
engine = create_engine(SQLALCHEMY_DATABASE_URL, connect_args={"check_same_thread": False})
Session = sessionmaker(bind=engine)
Base = declarative_base()


class Item(Base):
    __tablename__ = "items"
    id = Column(Integer, primary_key=True)


Base.metadata.create_all(bind=engine)
app = FastAPI()


@app.get("/")
def front():
    with Session() as session:
        return {"items": session.query(Item).count()}


@app.get("/add")
def add():
    with Session() as session:
        session.add(Item())
        session.commit()
    return "added"
