package app

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// chain are n lines, each made of its number and the one before.
func chain(line string, n int) string {
	var b strings.Builder
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, line+"\n", i, i-1)
	}
	return b.String()
}

// endsSoon reads something that would take hours if anything in it were read again and
// again. The limit is far above what it takes, so that a slow computer does not matter.
func endsSoon(t *testing.T, what string, read func()) (took time.Duration) {
	t.Helper()
	begun := spent(t)
	read()
	if took = spent(t) - begun; took > time.Minute {
		t.Errorf("%s: it took %v", what, took)
	}
	return took
}

// TestHostileSizes reads files that are deeper, longer or more than any real one: in a
// small stack, and in time that grows no faster than they do.
func TestHostileSizes(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(128 << 20))
	most := maxSourceBytes - 1000
	if testing.Short() {
		most /= 8
	}
	for what, c := range map[string]struct{ file, text, refused string }{
		"requirements":         {"requirements.txt", strings.Repeat("gunicorn\n", 500_000), "requirements.txt line 10001 is requirement number 10001"},
		"a requirement":        {"requirements.txt", "x" + strings.Repeat(" ", 5_000_000) + "==1\n", "requirements.txt can't be read: line 1 has 5000004 bytes"},
		"a continued line":     {"requirements.txt", "\n" + strings.Repeat("x\\\n", 1_000_000), "requirements.txt line 2 has "},
		"a large list":         {"requirements.txt", strings.Repeat("#\n", 5<<20), "it is larger than 8 MB"},
		"a Procfile":           {"Procfile", strings.Repeat("a: b\n", 1<<20), "it is larger than 1 MB"},
		"a line of a Procfile": {"Procfile", "\nweb: " + strings.Repeat("x", 100_000), "Procfile can't be read: line 2 has 100005 bytes"},
		"settings":             {SettingsFile, strings.Repeat("#\n", 1<<20), "it is larger than 1 MB"},
		"a marker of a lock":   {"poetry.lock", "[[package]]\nname = \"flask\"\nversion = \"1\"\nmarkers = \"" + strings.Repeat("(", 4<<20) + "\"\n[metadata]\nlock-version = \"2.1\"\n", ""},
		"packages of a lock":   {"uv.lock", "version = 1\n" + strings.Repeat("[[package]]\n", 600_000), ""},
		"keys of TOML":         {"pyproject.toml", strings.Repeat("["+strings.Repeat("a.", 10_000)+"b]\n", 40), ""},
		"brackets of Python":   {"app.py", "app = " + strings.Repeat("(", most), ""},
		"calls of Python":      {"app.py", "app = " + strings.Repeat("run(", most/4), ""},
		"calls, side by side":  {"app.py", strings.Repeat("run(", 199) + strings.Repeat("a,", most/2-1000), ""},
		"calls and calls":      {"app.py", strings.Repeat("run(run(run(1)))\n", most/17), ""},
		"a long name":          {"app.py", strings.Repeat("a.", most/2-10) + "run()", ""},
		"signs of Python":      {"app.py", "app = " + strings.Repeat("-", most) + "1\n", ""},
		"an expression":        {"app.py", "import sqlite3\nsqlite3.connect(" + strings.Repeat("(", 100) + strings.Repeat("a+", most/2-1000) + "1", ""},
		"texts of Python":      {"app.py", "import sqlite3\ns = '" + strings.Repeat("s", most/2) + "'\nsqlite3.connect(" + strings.Repeat("s+", 290) + "s)\n", ""},
		"names of names":       {"app.py", "import flask\na0 = flask.Flask()\n" + chain("a%d = a%d", 120_000) + "app = a119999\n", ""},
		"functions":            {"app.py", "import flask\ndef a0(): return flask.Flask()\n" + chain("def a%d(): return a%d()", 60_000) + "app = a59999()\n", ""},
		"classes":              {"app.py", "import flask\nclass a0(flask.Flask): pass\n" + chain("class a%d(a%d): pass", 60_000) + "app = a59999()\n", ""},
		"assignments":          {"app.py", strings.Repeat("a = ", most/4-10) + "1\n", ""},
		"the same name":        {"app.py", strings.Repeat("app = app\n", most/10), ""},
		"imports":              {"app.py", strings.Repeat("from app import app\n", most/20), ""},
		"strings in strings":   {"app.py", strings.Repeat("f'{", most/3), ""},
		"else":                 {"app.py", strings.Repeat("if x: a\nelse: b\n", most/16), ""},
		"tries":                {"app.py", strings.Repeat("try: import a\nexcept ImportError: import b\n", most/45), ""},
		"environ":              {"app.py", "import os\n" + strings.Repeat("os.environ['A']\n", most/16), ""},
		"routes":               {"app.py", "import flask\napp=flask.Flask('a')\n" + strings.Repeat("@app.route('/')\ndef a(): pass\n", most/32), ""},
	} {
		t.Run(what, func(t *testing.T) {
			files := fstest.MapFS{"app.py": {Data: []byte(flaskApp)}, "Procfile": {Data: []byte("web: gunicorn app:app\n")}}
			if strings.HasSuffix(c.file, ".lock") {
				files["pyproject.toml"] = &fstest.MapFile{Data: []byte("[project]\nname = \"x\"\ndependencies = [\"flask\"]\n")}
			}
			files[c.file] = &fstest.MapFile{Data: []byte(c.text)}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var err error
			took := endsSoon(t, what, func() {
				var file File
				if file, err = ReadSettings(files); err == nil {
					_, err = Detect(files, file.App)
				}
			})
			runtime.ReadMemStats(&after)
			t.Logf("%v, %d MB in all: %.200v", took, (after.TotalAlloc-before.TotalAlloc)>>20, err)
			if c.refused != "" && (err == nil || !strings.Contains(err.Error(), c.refused)) {
				t.Errorf("got %v, want %s", err, c.refused)
			}
		})
	}
}

// TestManyPythonFiles has one word more than all files may have together.
func TestManyPythonFiles(t *testing.T) {
	src := &source{}
	if err := src.count("a.py", maxTokens); err != nil {
		t.Error(err)
	}
	if err := src.count("b.py", 1); err == nil || !strings.Contains(err.Error(), "words and signs with b.py") {
		t.Errorf("got %v after one more", err)
	}
}
