package shapes

import (
	"net/http"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// many releases are more than a server keeps: the first one is gone at the end.
const many = 7

// rows are shapes that share machines: those of a row are deployed to one machine, each
// in the place of the one before, with its variables and what it kept.
var rows = map[string][]shape{
	"own-data": {
		{folder: "flask-init-db", answers: []page{{"/?add=x", "1 notes"}}, more: keeps(many, "/", "1 notes")},
		{folder: "data-flask-instance", answers: []page{{"/", "visits kept: True"}}, more: keeps(2, "/", "visits kept: True")},
		{folder: "data-sqlalchemy", answers: []page{{"/add", "added"}, {"/", "1 items"}}, more: keeps(2, "/", "1 items")},
		{folder: "data-sqlite-root", answers: []page{{"/add", "added"}, {"/", "1 items"}}, more: keeps(2, "/", "1 items")},
		{folder: "data-tmp", answers: []page{{"/add", "added"}, {"/", "1 items"}}, more: keeps(2, "/", "1 items")},
		{folder: "data-fastapi", answers: []page{{"/add", ""}, {"/", `{"items":1}`}}, more: keeps(2, "/", `{"items":1}`)},
		{folder: "data-media", answers: []page{{"/", "a gallery"}, {"/add/x", "x.txt"}, {"/media/x.txt", "uploaded"}}, more: keeps(2, "/media/x.txt", "uploaded")},
	},
	"django-settings": {
		{folder: "django-start", answers: []page{{"/?add=x", "1 notes"}, {"/static/admin/css/base.css", ":root"}}, more: keeps(3, "/", "1 notes")},
		{folder: "django-split", answers: []page{{"/", "site_.settings.production"}, {"/static/site.css", "color: black"}}},
		{folder: "django-hosts-variable", answers: []page{{"/", "hosts of a variable"}}},
		{folder: "django-hosts", more: unserved(http.StatusBadRequest, "site_/settings.py line 9")},
		{folder: "routeless", more: unserved(http.StatusNotFound, "/docs")},
		{folder: "https-redirect", args: []string{"--env", "SSL_REDIRECT=True"}, more: unserved(http.StatusMovedPermanently, "SSL_REDIRECT")},
	},
	"frameworks": {
		{folder: "bottle", answers: []page{{"/", "a Bottle app without a name"}}},
		{folder: "tornado", answers: []page{{"/", "Tornado on its own port"}}},
		{folder: "aiohttp", answers: []page{{"/", "aiohttp by gunicorn"}}},
		{folder: "sanic", answers: []page{{"/", "Sanic by its object"}}},
		{folder: "quart", answers: []page{{"/", "Quart by its object"}}},
		{folder: "litestar", answers: []page{{"/", "Litestar by its object"}}},
		{folder: "falcon", answers: []page{{"/", "Falcon by its object"}}},
		{folder: "pyramid", answers: []page{{"/", "Pyramid by what its configurator makes"}}},
		{folder: "dash", answers: []page{{"/", "Dash without a server line"}}},
		{folder: "backend-folder", answers: []page{{"/", "a backend in a folder"}}},
		{folder: "win-text", answers: []page{{"/", "worker was here"}}},
	},
	"servers": {
		{folder: "gunicorn-old", answers: []page{{"/", "gunicorn 19.9.0 answers "}}},
		{folder: "gunicorn-conf", answers: []page{{"/", "workers=1 hook=ran"}}},
		{folder: "websocket", more: opensWebSocket("/chat")},
		{folder: "socketio", answers: []page{{"/", "a chat"}, {"/socket.io/?EIO=4&transport=polling", `"sid"`}}},
		{folder: "stream", answers: []page{{"/", "you are "}, {"/plain", "data: 3"}, {"/events", "data: 3"}}},
		{folder: "figures", answers: []page{{"/", "memory processors interfaces traffic only own processes"}}},
	},
	"packages": {
		{folder: "flask-factory", args: []string{"--env", "GREETING=good morning"}, answers: []page{{"/", "a factory says good morning"}}},
		{folder: "flask-imports", answers: []page{{"/", "only its imports"}}},
		{folder: "fastapi", answers: []page{{"/", `{"lifespan":true}`}, {"/openapi.json", `"FastAPI"`}}},
		{folder: "uv-lock", answers: []page{{"/", "starlette "}}, more: hasLockedVersion},
		{folder: "pyproject", answers: []page{{"/", "only a pyproject.toml"}}},
		{folder: "own-script", answers: []page{{"/", "hello from shop 1.2 in "}}},
		{folder: "editable-library", answers: []page{{"/", "words of a data file 0.3"}}},
		{folder: "uv-workspace", answers: []page{{"/", "a sibling says hello"}}},
		{folder: "poetry-ranges", answers: []page{{"/", "flask 3.1"}}},
		{folder: "front-end", answers: []page{{"/", "a front end that was not built"}, {"/dist/index.html", "front"}}},
		{folder: "compiled", answers: []page{{"/", "compiler None"}}},
	},
}

// TestRows deploys every shape of each row.
func TestRows(t *testing.T) {
	localtest.NeedMachines(t)
	for name, shapes := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := e2e.NewOperator(t, 5*time.Minute)
			for _, s := range shapes {
				t.Run(s.folder, func(t *testing.T) {
					o := &e2e.Operator{T: t, Home: o.Home, Env: o.Env}
					deployed := o.Deploy(append([]string{s.path(t), "--name", name}, s.args...)...)
					t.Logf("deployed in %.1f s (%v)", deployed.Seconds, deployed.Spent)
					asks(t, deployed.URL, s.answers)
					if s.more != nil {
						s.more(t, o, deployed)
					}
				})
			}
		})
	}
}
