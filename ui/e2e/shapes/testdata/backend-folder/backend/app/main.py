from fastapi import FastAPI

from app.words import WORDS

app = FastAPI()


@app.get("/")
def front():
    return {"says": WORDS}
