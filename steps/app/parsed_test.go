package app

import (
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

// readAgain are apps whose detection looks at their files from many sides.
func readAgain(t *testing.T) map[string]fstest.MapFS {
	t.Helper()
	apps := map[string]fstest.MapFS{
		"routes, settings and services": folderOf(map[string]string{
			"requirements.txt": "flask==3.0.0\nflask-sqlalchemy==3.1.1\npydantic-settings==2.2.1\npsycopg2-binary==2.9.9\nredis==5.0.0\n",
			"shop/__init__.py": "from flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\n\napp = Flask(__name__)\napp.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:///shop.db'\ndb = SQLAlchemy(app)\n",
			"shop/config.py":   "from pydantic_settings import BaseSettings\n\n\nclass Base(BaseSettings):\n    model_config = {'env_prefix': 'SHOP_'}\n    redis_url: str\n\n\nclass Settings(Base):\n    database_url: str\n",
			"shop/views.py":    "from shop import app\nfrom . import config\nimport os, subprocess\n\nUPLOAD_FOLDER = 'uploads'\napp.config['UPLOAD_FOLDER'] = UPLOAD_FOLDER\nKEY = os.environ['KEY']\n\n\n@app.route('/')\ndef index():\n    subprocess.run(['convert', 'a', 'b'])\n    open(os.path.join(app.config['UPLOAD_FOLDER'], 'x'), 'w')\n    return 'x'\n",
			"run.py":           "from shop import app\nfrom shop import views\n\nif __name__ == '__main__':\n    app.run(debug=True)\n",
		}),
		"a script with a server of its own": folderOf(map[string]string{
			"requirements.txt": "tornado==6.4\n",
			"main.py":          "import os\nimport tornado.web\n\n\ndef make():\n    return tornado.web.Application([])\n\n\nif __name__ == '__main__':\n    app = make()\n    app.listen(int(os.environ['PORT']))\n",
		}),
	}
	for _, name := range SampleNames() {
		sample, err := Sample(name)
		if err != nil {
			t.Fatal(err)
		}
		apps["the sample "+name] = copied(t, sample)
	}
	return apps
}

func folderOf(texts map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range texts {
		fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return fsys
}

func copied(t *testing.T, from fs.FS) fstest.MapFS {
	t.Helper()
	texts := map[string]string{}
	err := fs.WalkDir(from, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(from, name)
		texts[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return folderOf(texts)
}

// TestReadAgain finds out the same of an app beside so many other files that none of its own
// is kept as it was read.
func TestReadAgain(t *testing.T) {
	many := folderOf(map[string]string{"0/__init__.py": ""})
	for i := range 40 {
		// Large ones, and then so many small ones that no room is left.
		many[fmt.Sprintf("0/f%d.py", i)] = &fstest.MapFile{Data: []byte(strings.Repeat("f(1)\n", maxKept/(5*30))), Mode: 0o644}
		for j := range 5 {
			many[fmt.Sprintf("0/g%d-%d.py", i, j)] = &fstest.MapFile{Data: []byte("x\n"), Mode: 0o644}
		}
	}
	for name, alone := range readAgain(t) {
		want, wantErr := Detect(alone, Settings{})
		crowded := fstest.MapFS{}
		maps.Copy(crowded, alone)
		maps.Copy(crowded, many)
		got, err := Detect(crowded, Settings{})
		if fmt.Sprint(err) != fmt.Sprint(wantErr) || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v\nwant %+v, %v", name, got, err, want, wantErr)
		}
		src, err := readSource(crowded, &ignoreRules{})
		if err != nil {
			t.Fatal(err)
		}
		for path, m := range src.modules {
			if alone[path] != nil && m.kept != nil {
				t.Errorf("%s: %s is kept", name, path)
			}
		}
	}
}

// TestChangedMeanwhile has a file go, or change, before it is read again.
func TestChangedMeanwhile(t *testing.T) {
	for want, change := range map[string]func(fstest.MapFS){
		"a.py can't be read any more": func(fsys fstest.MapFS) { delete(fsys, "a.py") },
		"a.py changed while it was":   func(fsys fstest.MapFS) { fsys["a.py"].Data = []byte("y = 2\n") },
	} {
		fsys := folderOf(map[string]string{"a.py": "x = 1\n"})
		src, err := readSource(fsys, &ignoreRules{})
		if err != nil {
			t.Fatal(err)
		}
		m := src.modules["a.py"]
		m.kept = nil
		if m.parsed(); src.changed != nil {
			t.Fatal(src.changed)
		}
		change(fsys)
		m = &module{path: m.path, src: src, sum: m.sum}
		if m.parsed(); src.changed == nil || !strings.Contains(src.changed.Error(), want) {
			t.Errorf("got %v, want %s", src.changed, want)
		}
	}
}
