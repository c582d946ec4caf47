from pyramid.config import Configurator
from pyramid.response import Response


def front(request):
    return Response("Pyramid by what its configurator makes")


with Configurator() as config:
    config.add_route("front", "/")
    config.add_view(front, route_name="front")
    app = config.make_wsgi_app()

if __name__ == "__main__":
    from waitress import serve

    serve(app, port=6543)
