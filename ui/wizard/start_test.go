package wizard

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAnotherFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "вітрина 店")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	p := sit(t, nil)
	p.press("end")
	p.press("enter")
	p.sees("Which folder?")
	p.press("/does/not/exist", "enter")
	p.sees("there is no folder")
	p.press("ctrl+u", dir[:len(dir)-len(" 店")], "tab")
	p.sees("店")
	p.press("enter")
	p.sees("no Python web app was found")
	if err := os.WriteFile(filepath.Join(dir, "app.py"), []byte("from flask import Flask\napp = Flask(__name__)\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.press("enter")
	p.sees("Where shall it run?")
	p.press("enter")
	p.sees("How shall it run?")
}
