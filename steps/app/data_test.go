package app

import (
	"strings"
	"testing"
)

// TestToldData has slipway.toml name what is kept.
func TestToldData(t *testing.T) {
	const app = "from flask import Flask\nfrom shop import x\napp = Flask(__name__)\n"
	source := files("requirements.txt", "flask\n", "app.py", app, "shop/__init__.py", "x = 1\n", "shop/data/a.csv", "", "notes", "a file", "pages/a.txt", "")
	for data, want := range map[string]string{
		"instance": "instance/", "media/": "media/", "shop.db": "shop.db", "./up/": "up/", "folder.d/": "folder.d/", "notes": "notes", "pages": "pages/",
		"shop/data": "shop/data/", "my files/": "my files/", "/tmp/shop.db": "/tmp/shop.db", "/tmp/a/b.db": "/tmp/a/", "/var/tmp/x": "/var/tmp/x/",
		"/data": "/data/", "/data/x.db": "/data/", "/app/instance": "/app/instance/", "/mnt/data": "/mnt/data/", "данные/": "данные/",
		"up,up/a.txt": "up/", "up/a.txt,up": "up/", "x.db,x.db": "x.db",
	} {
		if got := strings.Join(keptOf(t, source, Settings{Data: strings.Split(data, ",")}), " "); got != want {
			t.Errorf("%s: got %q, want %q", data, got, want)
		}
	}
	for data, want := range map[string]string{
		"": "no path that can be kept", ".": "the app's own folder", "..": "the app's own folder or outside", "a/../..": "outside of it", "/": "no path",
		"shop": "which has the app's code: shop/__init__.py", "app.py": "which is code", "static": "builds anew in static", "static/up": "builds anew",
		"/etc/shop": "in a folder of the system", "/usr/share/x": "in a folder of the system", "/var/lib/shop": "in a folder of the system", "/shop.db": "in a folder of the system",
		"/home/me": "in a folder of the system", "/opt": "in a folder of the system", "/tmp": "a folder that is emptied", "a:b": "no path that can be kept",
		"a$b": "no path", "a%b": "no path", "a\"b": "no path", "a\nb": "no path", "a;b": "no path", "a//b": "no path", "a /b": "no path", "/tmp/../etc": "outside of it",
	} {
		_, err := Detect(source, Settings{Data: []string{data}, Build: "make", BuildFolders: []string{"static"}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", data, err, want)
		}
	}
}
