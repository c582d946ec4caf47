from litestar import Litestar, get


@get("/", media_type="text/plain")
async def front() -> str:
    return "Litestar by its object"


app = Litestar([front])
