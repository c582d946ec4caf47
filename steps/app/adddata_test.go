package app

import (
	"strings"
	"testing"
)

func TestAddData(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no file":          {"", "[app]\ndata = [\"instance/\"]\n"},
		"no table":         {"name = \"shop\" # mine\n", "name = \"shop\" # mine\n\n[app]\ndata = [\"instance/\"]\n"},
		"no last end":      {"name = \"shop\"", "name = \"shop\"\n\n[app]\ndata = [\"instance/\"]\n"},
		"a table":          {"[app] # the app\n# served\nwsgi = \"a:b\"\n\n[health]\ntime = 9\n", "[app] # the app\ndata = [\"instance/\"]\n# served\nwsgi = \"a:b\"\n\n[health]\ntime = 9\n"},
		"a table, cut off": {"[app]", "[app]\ndata = [\"instance/\"]\n"},
		"a list":           {"[app]\ndata = [\"media/\"] # uploads\n", "[app]\ndata = [\"instance/\", \"media/\"] # uploads\n"},
		"an empty list":    {"[app]\ndata = []\n", "[app]\ndata = [\"instance/\"]\n"},
		"a long list":      {"[app]\ndata = [\n  \"media/\", # a [comment]\n]\n", "[app]\ndata = [\"instance/\", \n  \"media/\", # a [comment]\n]\n"},
		"there already":    {"[app]\ndata = [\"instance/\"]\n", "[app]\ndata = [\"instance/\"]\n"},
		"a comment of it":  {"[app]\n# data = [\"x\"]\n", "[app]\ndata = [\"instance/\"]\n# data = [\"x\"]\n"},
		"sub-tables first": {"[app.processes]\nworker = \"x\"\n", "[app.processes]\nworker = \"x\"\n\n[app]\ndata = [\"instance/\"]\n"},
		"dotted":           {"app.wsgi = \"a:b\"\n\n[health]\ntime = 9\n", "app.wsgi = \"a:b\"\napp.data = [\"instance/\"]\n\n[health]\ntime = 9\n"},
		"dotted data":      {"app.data = [\"x\"]\n", "app.data = [\"instance/\", \"x\"]\n"},
		"of Windows":       {"[app]\r\nwsgi = \"a:b\"\r\n", "[app]\r\ndata = [\"instance/\"]\r\nwsgi = \"a:b\"\r\n"},
		"an inline table":  {"app = { wsgi = \"a:b\" }\n", ""},
		"a broken file":    {"[app\n", ""},
		"data in a string": {"[app]\nrelease = \"\"\"\n[health]\ndata = [\n\"\"\"\n", "[app]\ndata = [\"instance/\"]\nrelease = \"\"\"\n[health]\ndata = [\n\"\"\"\n"},
	} {
		got, err := AddData(c.text, "instance/")
		if (err != nil) != (c.want == "") || got != c.want {
			t.Errorf("%s: got %q, %v; want %q", name, got, err, c.want)
		}
	}
	if got, err := AddData("", "a \"quoted\"\nname"); err != nil || strings.Count(got, "\n") != 2 {
		t.Errorf("got %q, %v", got, err)
	}
}
