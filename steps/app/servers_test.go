package app

import (
	"slices"
	"testing"
)

func TestServerPackages(t *testing.T) {
	named := func(pairs ...string) map[string]string {
		all := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			all[pairs[i]] = pairs[i+1]
		}
		return all
	}
	for _, test := range []struct {
		found Found
		want  []string
	}{
		{Found{Server: WSGI}, []string{"gunicorn"}},
		{Found{Server: ASGI}, []string{"gunicorn", "uvicorn-worker", "websockets"}},
		{Found{Server: ASGI, Named: named("uvicorn", "==0.11.8")}, []string{"gunicorn", "uvicorn"}},
		{Found{Server: ASGI, Named: named("uvicorn", "==0.13.4")}, []string{"gunicorn", "uvicorn", "websockets"}},
		{Found{Server: ASGI, Named: named("gunicorn", "==20.0.4")}, []string{"gunicorn", "setuptools<81", "uvicorn", "websockets"}},
		{Found{Server: ASGI, Named: named("wsproto", "")}, []string{"gunicorn", "uvicorn-worker"}},
		{Found{Server: WSGI, Named: named("gunicorn", "==19.9.0")}, []string{"gunicorn", "setuptools<81"}},
		{Found{Server: WSGI, Named: named("flask", "==1.1.2")}, []string{"gunicorn", "setuptools<81"}},
		{Found{Server: WSGI, Named: named("gunicorn", "<21", "setuptools", "==69.0")}, []string{"gunicorn"}},
		{Found{Server: WSGI, Requirements: Requirements{Packages: []string{"Gunicorn==20.1.0 ; python_version > '3'"}}}, []string{"gunicorn", "setuptools<81"}},
		{Found{Server: WSGI, Requirements: Requirements{Packages: []string{"gunicorn==20.1.0 ; sys_platform == 'win32'"}}}, []string{"gunicorn"}},
		{Found{Server: WSGI, WorkerClass: "eventlet", Workers: 1}, []string{"eventlet", "gunicorn<26"}},
		{Found{Server: WSGI, WorkerClass: "eventlet", Workers: 1, Named: named("gunicorn", "==22.0")}, []string{"eventlet", "gunicorn"}},
		{Found{Server: WSGI, Workers: 1}, []string{"gunicorn", "simple-websocket"}},
		{Found{Server: WSGI, Command: "gunicorn a:b", GunicornArgs: []string{"a:b"}}, []string{"gunicorn"}},
		{Found{Server: WSGI, Command: "gunicorn -k gevent a:b", GunicornArgs: []string{"-k", "gevent", "a:b"}}, []string{"gevent", "gunicorn", "packaging"}},
		{Found{Server: ASGI, Command: "uvicorn a:b --port $PORT"}, []string{"uvicorn", "websockets"}},
		{Found{Server: WSGI, Command: "cd x && gunicorn a:b"}, []string{"gunicorn"}},
		{Found{Server: WSGI, Command: "python serve.py"}, nil},
	} {
		if got := test.found.ServerPackages(); !slices.Equal(got, test.want) {
			t.Errorf("%+v: got %q, want %q", test.found, got, test.want)
		}
	}
}

func TestBelow(t *testing.T) {
	for versions, want := range map[string]bool{
		"==20.1.0": true, "===20.1": true, "<21": true, "<=20.1": true, "~=20.1": true, "~=20.0.4": true, ">=19,<20": true, "==20.*": true,
		"": false, "==21.0": false, "<22": false, ">=20": false, "~=21.2": false, "!=20.1": false, "<=21": false, "what": false,
	} {
		if got := (Found{Named: map[string]string{"gunicorn": versions}}).below("gunicorn", "21"); got != want {
			t.Errorf("%q: got %t", versions, got)
		}
	}
}

func TestNamedInFiles(t *testing.T) {
	got, err := Detect(files("app.py", flaskApp, "requirements.txt", "-r more/base.txt\n-c bounds.txt\nwaitress; sys_platform == 'win32'\n",
		"more/base.txt", "Uvicorn[standard] == 0.13.4 # a note\n-r ../requirements.txt\n", "bounds.txt", "gunicorn==20.1.0 \\\n  --hash=sha256:00\n"), Settings{})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"uvicorn": "==0.13.4", "gunicorn": "==20.1.0"} {
		if versions, ok := got.named(name); !ok || versions != want {
			t.Errorf("%s: got %q, %t", name, versions, ok)
		}
	}
	if _, ok := got.named("waitress"); ok {
		t.Error("a package for Windows counts")
	}
}
