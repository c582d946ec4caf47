package fakeheroku_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	client "github.com/heroku/heroku-go/v6"

	"slipway/providers/heroku/fakeheroku"
)

// sixLock is a lock file's only package: one that is a single file.
const sixLock = `[[package]]
name = "six"
version = "1.17.0"
groups = ["main"]

[[package]]
name = "no-such-package-for-tests"
version = "1.0"
groups = ["dev"]
`

func TestBuilds(t *testing.T) {
	a := open(t, fakeheroku.Options{})
	a.app("builds-of-it")
	uses := map[string]string{"Procfile": "web: python app.py", "app.py": "import six\n" + strings.ReplaceAll(server, "NAME", "six")}
	plus := func(files map[string]string, name, text string) map[string]string {
		all := maps.Clone(files)
		all[name] = text
		return all
	}
	for _, c := range []struct {
		name   string
		files  map[string]string
		status string
		output string
	}{
		{"pip", plus(uses, "requirements.txt", "six==1.17.0\n"), "succeeded", "six==1.17.0"},
		{"pipenv", plus(uses, "Pipfile.lock", `{"_meta": {"requires": {"python_version": "3.12"}}, "default": {"six": {"version": "==1.17.0"}}}`), "succeeded", "Using Python 3.12 specified in Pipfile.lock"},
		{"poetry", plus(uses, "poetry.lock", sixLock), "succeeded", "six==1.17.0"},
		{"two lock files", plus(plus(uses, "poetry.lock", sixLock), "requirements.txt", ""), "failed", "Multiple Python package manager files were found"},
		{"no packages", uses, "failed", "Couldn't find any supported Python package manager files"},
		{"another language", map[string]string{"index.php": ""}, "failed", "No default language could be detected"},
		{"package.json beside Python", plus(app("one"), "package.json", "{}"), "failed", "Node.js app detected"},
		{"a version that is too old", plus(app("one"), ".python-version", "3.8\n"), "failed", "has reached end-of-life"},
		{"a version that is none", plus(app("one"), ".python-version", "latest\n"), "failed", "Invalid Python version in .python-version"},
		{"uv without a version", plus(uses, "uv.lock", ""), "failed", "must specify its Python version"},
		{"a package that is not there", plus(app("one"), "requirements.txt", "no-such-package-for-tests==1.0\n"), "failed", "Unable to install dependencies using pip"},
		{"a hook", plus(app("one"), "bin/post_compile", "echo hooked in $PWD\n"), "succeeded", "hooked in "},
		{"no Procfile", map[string]string{"requirements.txt": ""}, "succeeded", "declares types -> (none)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && (strings.Contains(c.output, "six") || strings.Contains(c.name, "pip") || strings.HasPrefix(c.name, "a package")) {
				t.Skip("it asks a package index")
			}
			b, output := a.build("builds-of-it", c.files)
			if b.Status != c.status || !strings.Contains(output, c.output) {
				t.Errorf("the build is %s and prints no %q:\n%s", b.Status, c.output, output)
			}
			if (b.Release != nil) != (c.status == "succeeded") {
				t.Errorf("the release is %v", b.Release)
			}
		})
	}
}

func TestUploads(t *testing.T) {
	a := open(t, fakeheroku.Options{})
	a.app("sources-of-it")
	source := must(a.SourceCreate(t.Context()))
	request := must(http.NewRequestWithContext(t.Context(), http.MethodPut, source.SourceBlob.PutURL, strings.NewReader("x")))
	request.Header.Set("Content-Type", "application/gzip")
	if status := do(request); status != http.StatusForbidden {
		t.Errorf("an upload with a Content-Type is answered with %d", status)
	}
	for name, change := range map[string]func(*client.BuildCreateOpts){
		"nothing was uploaded":  func(o *client.BuildCreateOpts) { o.SourceBlob.URL = &source.SourceBlob.GetURL },
		"has another checksum":  func(o *client.BuildCreateOpts) { o.SourceBlob.Checksum = new("SHA256:00") },
		"Couldn't download the": func(o *client.BuildCreateOpts) { o.SourceBlob.URL = new("https://example.com/source.tgz") },
	} {
		var options client.BuildCreateOpts
		options.SourceBlob.URL = new(a.upload(app("one")))
		change(&options)
		b := must(a.BuildCreate(t.Context(), "sources-of-it", options))
		if _, output := get(t, b.OutputStreamURL); !strings.Contains(output, name) {
			t.Errorf("the build prints no %q:\n%s", name, output)
		}
	}
}

func TestDjangoGetsItsStaticFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("it installs Django")
	}
	a := open(t, fakeheroku.Options{})
	a.app("static-of-it")
	files := map[string]string{
		"requirements.txt": "django\n", "Procfile": "web: python manage.py runserver 0.0.0.0:$PORT --noreload\n",
		"manage.py":         "import os, sys\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\nfrom django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n",
		"settings.py":       "import os\nSECRET_KEY = 'x'\nALLOWED_HOSTS = ['*']\nINSTALLED_APPS = ['django.contrib.staticfiles']\nSTATIC_URL = '/static/'\nSTATIC_ROOT = os.path.join(os.path.dirname(__file__), 'collected')\nSTATICFILES_DIRS = ['assets']\nROOT_URLCONF = 'urls'\n",
		"urls.py":           "from django.http import HttpResponse\nfrom django.urls import path\nimport os\nurlpatterns = [path('', lambda r: HttpResponse(open(os.path.join(os.path.dirname(__file__), 'collected', 'a.css')).read()))]\n",
		"assets/a.css":      "collected",
		".python-version":   "3.12\n",
		".slugignore":       "notes\n",
		"notes/private.txt": "x",
	}
	b, output := a.build("static-of-it", files)
	if b.Status != "succeeded" || !strings.Contains(output, "1 static file copied") {
		t.Fatalf("the build is %s:\n%s", b.Status, output)
	}
	made := must(a.AppInfo(t.Context(), "static-of-it"))
	if status, body := get(t, *made.WebURL); status != http.StatusOK || body != "collected" {
		t.Errorf("it answers %d %q", status, body)
	}
	b, output = a.build("static-of-it", with(files, "settings.py", files["settings.py"]+"STATIC_ROOT = None\n"))
	if b.Status != "failed" || !strings.Contains(output, "Unable to generate Django static files") {
		t.Errorf("without STATIC_ROOT the build is %s:\n%s", b.Status, output)
	}
}
