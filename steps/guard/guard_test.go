package guard

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

var example = Part{Paths: []string{"/etc/it's a folder"}, Tables: []string{"inet slipway"}, Enabled: []string{"nftables.service"},
	Logins: []string{"deploy"}, Reload: []string{"ssh.service"}}

// TestShellIsWellFormed has sh parse every script.
func TestShellIsWellFormed(t *testing.T) {
	for name, script := range map[string]string{
		"arm": Arm(example, "t", time.Minute, []string{"sshd"}), "revert": onServer.revert(example), "disarm": Disarm("t"), "drop": Drop(), "look": Look,
	} {
		cmd := exec.Command("sh", "-n")
		cmd.Stdin = strings.NewReader(script)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s\n%s", name, err, out, script)
		}
	}
}

// TestSavedStateComesBack saves files, changes them as a bad change may, and runs
// the program that puts them back.
func TestSavedStateComesBack(t *testing.T) {
	dir := t.TempDir()
	etc := filepath.Join(dir, "it's a folder")
	link, added := filepath.Join(dir, "link"), filepath.Join(dir, "added")
	place := place{folder: filepath.Join(dir, "guard"), lock: filepath.Join(dir, "run", "lock"), unit: filepath.Join(dir, "unit"), link: filepath.Join(dir, "wants")}
	sh := func(script string, args ...string) string {
		t.Helper()
		out, err := exec.Command("sh", append([]string{"-euc", script, "sh"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s\n%s", err, out, script)
		}
		return string(out)
	}
	sh(`mkdir "$1"; echo old >"$1/a b"; chmod 640 "$1/a b"; ln -s target "$2"`, etc, link)
	part := Part{Paths: []string{etc, link, added}}
	arm := place.save(part) + "\n" + `printf 'token\nsshd firewall\n' >"$1/armed"`
	sh(arm, place.folder)
	sh(`echo new >"$1/a b"; chmod 666 "$1/a b"; touch "$1/more"; ln -sfn elsewhere "$2"; echo new >"$3"`, etc, link, added)
	// A second change of the same part keeps the first one's old state.
	sh(arm, place.folder)

	program := filepath.Join(place.folder, "revert")
	if said := sh(`sh "$1" another`, program); said != "" {
		t.Errorf("for another guard's time it says %q", said)
	}
	want := "putting back what was not proven by a new login: sshd firewall\nthe old state is back\n"
	if said := sh(`sh "$1" token`, program); said != want {
		t.Errorf("it says %q, want %q", said, want)
	}
	want = "a b\nold\n640 target\n"
	if got := sh(`ls "$1"; cat "$1/a b"; printf '%s %s\n' "$(stat -c %a "$1/a b")" "$(readlink "$2")"`, etc, link); got != want {
		t.Errorf("what is back is %q, want %q", got, want)
	}
	for _, path := range []string{added, place.folder} {
		if _, err := os.Lstat(path); !os.IsNotExist(err) {
			t.Errorf("%s is there: %v", path, err)
		}
	}
}

func TestJoin(t *testing.T) {
	if !(Part{}).Empty() || example.Empty() {
		t.Error("Empty is wrong")
	}
	got := Join(Part{Paths: []string{"/b", "/a"}}, example, Part{Paths: []string{"/a"}})
	want := example
	want.Paths = []string{"/a", "/b", "/etc/it's a folder"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestParse(t *testing.T) {
	if got := Parse("slipway-1\nsshd firewall\n"); got.Token != "slipway-1" || !reflect.DeepEqual(got.Facts, []string{"sshd", "firewall"}) {
		t.Errorf("got %+v", got)
	}
	if got := Parse("\n"); got.Token != "" || len(got.Facts) != 0 {
		t.Errorf("got %+v", got)
	}
}
