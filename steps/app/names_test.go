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
