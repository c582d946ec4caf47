from importlib.metadata import version

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def index(request):
    return PlainTextResponse("starlette " + version("starlette"))


app = Starlette(routes=[Route("/", index)])
