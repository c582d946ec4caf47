package app

// constructor is something whose call makes an app.
type constructor struct{ framework, server string }

// constructors are known by where they are imported from.
var constructors = map[string]constructor{
	"flask.Flask":                           {Flask, WSGI},
	"flask.app.Flask":                       {Flask, WSGI},
	"apiflask.APIFlask":                     {Flask, WSGI},
	"flask_openapi3.OpenAPI":                {Flask, WSGI},
	"django.core.wsgi.get_wsgi_application": {Django, WSGI},
	"django.core.asgi.get_asgi_application": {Django, ASGI},
	"fastapi.FastAPI":                       {FastAPI, ASGI},
	"fastapi.applications.FastAPI":          {FastAPI, ASGI},
	"starlette.applications.Starlette":      {Starlette, ASGI},
	"quart.Quart":                           {"quart", ASGI},
	"litestar.Litestar":                     {"litestar", ASGI},
	"falcon.App":                            {"falcon", WSGI},
	"falcon.asgi.App":                       {"falcon", ASGI},
	"bottle.Bottle":                         {"bottle", WSGI},
	"bottle.default_app":                    {"bottle", WSGI},
}

// dash's app is a Flask app's owner: gunicorn is given its server.
var dashClasses = map[string]bool{"dash.Dash": true, "dash.dash.Dash": true}

// factoryNames are the names under which a function that makes the app goes.
var factoryNames = map[string]bool{
	"create_app": true, "make_app": true, "build_app": true, "get_app": true, "app_factory": true,
	"create_application": true, "make_application": true, "build_application": true, "get_application": true,
}
