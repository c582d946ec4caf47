package portable

import (
	"slices"
	"strings"
	"testing"

	"slipway/steps/app"
	"slipway/steps/plan"
)

var image = Place{Root: "/app", Bind: "0.0.0.0:8000", Workers: 2, Reach: true, Keeps: true}

func planOf(found app.Found, files ...string) plan.Plan {
	bundle := &app.Bundle{}
	for _, f := range files {
		bundle.Files = append(bundle.Files, app.BundleFile{Path: f})
	}
	return plan.Plan{App: found, Bundle: bundle}
}

// TestWebCommand: what the app says of its server wins, and Slipway's own word stands
// before the app's.
func TestWebCommand(t *testing.T) {
	const usual = "--timeout 60 --graceful-timeout 30 --worker-tmp-dir /dev/shm --bind 0.0.0.0:8000"
	tests := map[string]struct {
		plan plan.Plan
		want string
	}{
		"wsgi":    {planOf(app.Found{Target: "shop:app", Server: app.WSGI}), "exec gunicorn --threads 24 " + usual + " shop:app"},
		"factory": {planOf(app.Found{Target: "shop:make('x y')"}), "exec gunicorn --threads 24 " + usual + ` 'shop:make('"'"'x y'"'"')'`},
		"asgi": {planOf(app.Found{Target: "shop:app", Server: app.ASGI}),
			"exec gunicorn --worker-class uvicorn_worker.UvicornWorker " + usual + " shop:app"},
		"old uvicorn": {planOf(app.Found{Target: "shop:app", Server: app.ASGI, Named: map[string]string{"uvicorn": "==0.13.0"}}),
			"exec gunicorn --worker-class uvicorn.workers.UvicornH11Worker " + usual + " shop:app"},
		"one worker":   {planOf(app.Found{Target: "shop:app", Workers: 1}), "exec gunicorn --workers 1 --threads 100 " + usual + " shop:app"},
		"its own file": {planOf(app.Found{Target: "shop:app"}, "gunicorn.conf.py"), "exec python3 .slipway/bin/serve.py threads=24 patience=86400 timeout=60 graceful_timeout=30 worker_tmp_dir=/dev/shm -- --bind 0.0.0.0:8000 shop:app"},
		"an old one": {planOf(app.Found{Target: "shop:app", Workers: 1, Named: map[string]string{"gunicorn": "==19.9.0"}}),
			"exec python3 .slipway/bin/serve.py workers=1 threads=100 patience=86400 timeout=60 graceful_timeout=30 worker_tmp_dir=/dev/shm -- --bind 0.0.0.0:8000 shop:app"},
		"its own words": {planOf(app.Found{Target: "shop:app", Command: "gunicorn -w 3 -t 5 shop:app", GunicornArgs: []string{"-w", "3", "-t", "5", "shop:app"}}),
			"exec gunicorn --threads 24 --graceful-timeout 30 --worker-tmp-dir /dev/shm --bind 0.0.0.0:8000 -w 3 -t 5 shop:app"},
		"its own worker": {planOf(app.Found{Target: "shop:app", Command: "x", GunicornArgs: []string{"--worker-class=gevent", "shop:app"}}),
			"exec gunicorn " + usual + " --worker-class=gevent shop:app"},
		"its own server": {planOf(app.Found{Command: "streamlit run a.py --server.port $PORT --server.address 127.0.0.1"}),
			"exec streamlit run a.py --server.port $PORT --server.address 0.0.0.0"},
		"two commands":    {planOf(app.Found{Command: "a; b"}), "python3 -I -S .slipway/bin/reach.py & a; exec b"},
		"its own address": {planOf(app.Found{Command: "a --host 0.0.0.0"}), "exec a --host 0.0.0.0"},
	}
	for name, test := range tests {
		if got := Of(test.plan, image).Line(); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
	place := Place{Root: ".", Bind: "0.0.0.0:$PORT"}
	if got := Of(planOf(app.Found{Target: "shop:$x"}), place).Line(); !strings.HasSuffix(got, "--bind 0.0.0.0:$PORT 'shop:$x'") {
		t.Errorf("only the port is the shell's to read: %s", got)
	}
}

// TestVolumes: each kept path has a volume that holds nothing else.
func TestVolumes(t *testing.T) {
	data := []app.Kept{{Path: "instance"}, {Path: "/data"}, {Path: "a/shop.db", File: true}, {Path: "/tmp/x.db", File: true}}
	r := Of(planOf(app.Found{Target: "shop:app", Data: data}), image)
	var got []string
	for _, v := range r.Volumes {
		got = append(got, v.Path+" "+v.File)
	}
	want := []string{"/app/instance ", "/data ", "/var/lib/app/files/a/shop.db /var/lib/app/files/a/shop.db/shop.db", "/var/lib/app/state "}
	if !slices.Equal(got, want) || len(r.Details) != 1 {
		t.Errorf("got %q, %q", got, r.Details)
	}
	if r := Of(planOf(app.Found{Target: "shop:app", Data: data}), Place{Root: "."}); len(r.Volumes) > 0 {
		t.Errorf("where nothing is kept there are %v", r.Volumes)
	}
}

// TestServedFiles: the app's process serves what nginx serves on a server, unless the app
// does so itself.
func TestServedFiles(t *testing.T) {
	found := app.Found{Target: "shop.wsgi:application", Framework: app.Django, SettingsModule: "shop.settings", PythonPath: "src",
		Static: map[string]string{"/static/": "static"}, Data: []app.Kept{{Path: "media", URL: "/media/"}},
		Overlay: app.Overlay{Module: "shop.settings", StaticRoot: "static"}}
	r := Of(planOf(found), image)
	if !strings.HasSuffix(r.Line(), " slipway_files:application") || !slices.Contains(r.Packages, "whitenoise>=6") || len(r.Files) != 2 {
		t.Errorf("got %s, %v, %v", r.Line(), r.Packages, r.Files)
	}
	want := []Variable{{"PYTHONPATH", "/app/src:/app:/app/.slipway"}, {"PYTHONUNBUFFERED", "1"}, {"WEB_CONCURRENCY", "2"},
		{"DJANGO_SETTINGS_MODULE", "slipway_settings"}, {"HOME", StateFolder}, {"STATE_DIRECTORY", StateFolder}}
	if !slices.Equal(r.Variables, want) {
		t.Errorf("variables: %v", r.Variables)
	}
	if text := r.Files[0].Content; !strings.Contains(text, "APP = \"shop.wsgi:application\"\nASGI = False\nFOLDERS = {\"/static/\": \"static\"}\nKEPT = {\"/media/\": \"media\"}\n") {
		t.Errorf("the module begins with %.200s", text)
	}
	found.Named, found.Data = map[string]string{"whitenoise": ""}, nil
	if r := Of(planOf(found), image); !strings.HasSuffix(r.Line(), " shop.wsgi:application") || slices.Contains(r.Packages, "whitenoise>=6") {
		t.Errorf("with whitenoise of its own: %s, %v", r.Line(), r.Packages)
	}
	if r := Of(planOf(app.Found{Command: "python app.py", Static: map[string]string{"/static/": "static"}}), image); len(r.Files) != 1 || len(r.Details) != 1 {
		t.Errorf("a server of its own: %v, %v", r.Files, r.Details)
	}
}
