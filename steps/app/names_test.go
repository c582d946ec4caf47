package app

import (
	"strings"
	"testing"
)

func TestCollectRefusesPointers(t *testing.T) {
	const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
	fsys := files("app.py", "", "notes.txt", "see version https://git-lfs.github.com/spec/v1\n", "static/logo.png", pointer, "empty", "")
	_, err := Collect(fsys)
	if want := "static/logo.png is a Git LFS pointer, not the file itself: type git lfs pull, or name it in .slipwayignore"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	for name := range strings.FieldsSeq("a b c d e f") {
		fsys["static/"+name] = fsys["static/logo.png"]
	}
	_, err = Collect(fsys)
	if err == nil || !strings.Contains(err.Error(), "static/e and 2 more are Git LFS pointers") {
		t.Errorf("got %v", err)
	}
	fsys[IgnoreFile] = files("x", "static/\n")["x"]
	if b, err := Collect(fsys); err != nil || paths(b) != "app.py empty notes.txt" {
		t.Errorf("got %v, %v", b, err)
	}
}

func TestCollectWarnsOfNames(t *testing.T) {
	b, err := Collect(files("static/cafe\u0301.png", "", "static/th\u00e9.png", "", "static/Logo.png", "", "static/logo.png", ""))
	if err != nil || len(b.Warnings) != 1 || !strings.HasSuffix(b.Warnings[0], ": static/caf\u00e9.png") {
		t.Errorf("got %q, %v", b.Warnings, err)
	}
	if paths(b) != "static/Logo.png static/cafe\u0301.png static/logo.png static/th\u00e9.png" {
		t.Errorf("names have to stay as they are: %q", paths(b))
	}
}

func TestDetectTellsCapitalsApart(t *testing.T) {
	fsys := files("app.py", "import Shop_Data, shop\n"+flaskApp, "shop_data.py", "", "shop/__init__.py", "from . import x\nfrom .VIEWS import y\n", "shop/x.py", "", "shop/views.py", "", "requirements.txt", "")
	got, err := Detect(fsys, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"app.py line 1 imports Shop_Data, and the file's name is shop_data.py: Python tells capital letters apart",
		"shop/__init__.py line 2 imports VIEWS, and the file's name is shop/views.py: Python tells capital letters apart",
	}
	if strings.Join(got.Warnings, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q", got.Warnings)
	}
	delete(fsys, "requirements.txt")
	if _, err := Detect(fsys, Settings{}); err == nil || !strings.HasPrefix(err.Error(), "app.py line 1 imports Shop_Data, and the file's name is shop_data.py") {
		t.Errorf("got %v", err)
	}
}
