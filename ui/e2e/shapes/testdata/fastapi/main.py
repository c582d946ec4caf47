from contextlib import asynccontextmanager

from fastapi import FastAPI

started = {}


@asynccontextmanager
async def lifespan(app):
    started["yes"] = True
    yield
    started.clear()


api = FastAPI(lifespan=lifespan)


@api.get("/")
async def index():
    return {"lifespan": started.get("yes", False)}
