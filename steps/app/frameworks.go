package app

// constructor is a class or a function whose call makes an app.
type constructor struct{ framework, server string }

// constructors are the known ones, by the names under which they are imported.
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
	"socketio.ASGIApp":                      {"socketio", ASGI},
	"socketio.WSGIApp":                      {"socketio", WSGI},
}

// dashClasses are Dash's. A Dash object is not an app itself: gunicorn is given its
// attribute server, which is a Flask app.
var dashClasses = map[string]bool{"dash.Dash": true, "dash.dash.Dash": true}

// factoryNames are the usual names of functions that make an app.
var factoryNames = map[string]bool{
	"create_app": true, "make_app": true, "build_app": true, "get_app": true, "app_factory": true,
	"create_application": true, "make_application": true, "build_application": true, "get_application": true,
}
