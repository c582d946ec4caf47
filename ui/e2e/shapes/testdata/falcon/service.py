import falcon


class Front:
    def on_get(self, request, response):
        response.text = "Falcon by its object"


api = falcon.App()
api.add_route("/", Front())
