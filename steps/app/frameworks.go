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
	"bottle.app":                            {"bottle", WSGI},
	"sanic.Sanic":                           {"sanic", ASGI},
	"sanic.app.Sanic":                       {"sanic", ASGI},
	"blacksheep.Application":                {"blacksheep", ASGI},
	"blacksheep.server.Application":         {"blacksheep", ASGI},
	"emmett.App":                            {"emmett", ASGI},
	"connexion.AsyncApp":                    {"connexion", ASGI},
	"connexion.FlaskApp":                    {"connexion", ASGI},
	"connexion.App":                         {"connexion", ASGI},
	"cherrypy.Application":                  {"cherrypy", WSGI},
	"cherrypy.tree.mount":                   {"cherrypy", WSGI},
	"aiohttp.web.Application":               {aiohttp, ""},
	"aiohttp.web_app.Application":           {aiohttp, ""},
	"fasthtml.common.FastHTML":              {"fasthtml", ASGI},
	"fasthtml.FastHTML":                     {"fasthtml", ASGI},
	"socketio.ASGIApp":                      {"socketio", ASGI},
	"socketio.WSGIApp":                      {"socketio", WSGI},
	"responder.API":                         {"responder", ASGI},
	"esmerald.Esmerald":                     {"esmerald", ASGI},
	"masonite.foundation.Application":       {"masonite", WSGI},
}

// aiohttp is the framework whose apps gunicorn serves with a worker of aiohttp's own.
const aiohttp = "aiohttp"

// holders are classes whose objects are no apps but hold one, by the attribute that is
// the app, or the method that makes it.
var holders = map[string]struct {
	constructor
	attribute, method string
}{
	"dash.Dash":                   {constructor{Flask, WSGI}, "server", ""},
	"dash.dash.Dash":              {constructor{Flask, WSGI}, "server", ""},
	"pyramid.config.Configurator": {constructor{"pyramid", WSGI}, "", "make_wsgi_app"},
	"web.application":             {constructor{"web.py", WSGI}, "", "wsgifunc"},
	"web.application.application": {constructor{"web.py", WSGI}, "", "wsgifunc"},
}

// factoryNames are the usual names of functions that make an app.
var factoryNames = map[string]bool{
	"create_app": true, "make_app": true, "build_app": true, "get_app": true, "app_factory": true,
	"create_application": true, "make_application": true, "build_application": true, "get_application": true,
}
