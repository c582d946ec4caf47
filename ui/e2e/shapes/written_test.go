package shapes

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// written is a shape of a few small files, which stand here and not in testdata. Those
// of a row have the same packages, as far as their lists are not what they are about, so
// that most of them are one more release for the server.
type written map[string]string

// path writes the files of a shape, and gives their folder. What a file has beside its
// name is its text.
func (w written) path(t *testing.T, name string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), name)
	for file, text := range w {
		path := filepath.Join(folder, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// and is the shape with more files, or with others in their place.
func (w written) and(more written) written {
	all := maps.Clone(w)
	maps.Copy(all, more)
	return all
}

// of is a shape whose page has its name.
func of(name string, files written) shape {
	for file, text := range files {
		files[file] = strings.ReplaceAll(text, "SHAPE", name)
	}
	return shape{folder: name, written: files, answers: []page{{"/", "this is " + name}}}
}

// flask is an app of Flask's, in an object of that name.
func flask(object string) string {
	return "from flask import Flask\n\n" + object + " = Flask(__name__)\n\n\n@" + object + ".get(\"/\")\ndef index():\n    return \"this is SHAPE\"\n"
}

// factory is a function of that head, which makes an app of Flask's.
func factory(head string) string {
	return "from flask import Flask\n\n\ndef " + head + ":\n    app = Flask(__name__)\n\n    @app.get(\"/\")\n    def index():\n        return \"this is SHAPE\"\n\n    return app\n"
}

// fast is an app of FastAPI's, in an object of that name.
func fast(object string) string {
	return "from fastapi import FastAPI\nfrom fastapi.responses import PlainTextResponse\n\n" + object + " = FastAPI()\n\n\n@" + object +
		".get(\"/\", response_class=PlainTextResponse)\ndef index():\n    return \"this is SHAPE\"\n"
}

// wsgi is an app without a framework, in a function of that name.
func wsgi(name string) string {
	return "def " + name + "(environ, start_response):\n    start_response(\"200 OK\", [(\"Content-Type\", \"text/plain\")])\n    return [b\"this is SHAPE\"]\n"
}

// listens is a server of its own, without packages, at the port of the environment.
const listens = `import http.server
import os


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"this is SHAPE")

    do_HEAD = do_GET


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
`

// direct is the end of a script that runs a development server.
const direct = "\n\nif __name__ == \"__main__\":\n    app.run(host=\"0.0.0.0\", port=5000, debug=True)\n"

// needsFlask and needsFast are the lists of most shapes.
var (
	needsFlask = written{"requirements.txt": "flask\n"}
	needsFast  = written{"requirements.txt": "fastapi\nuvicorn\n"}
)

// windows is a text with the line ends of Windows.
func windows(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }
