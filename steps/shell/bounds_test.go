package shell

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func bounded(t *testing.T, dir, script string) (out string, ok bool) {
	t.Helper()
	cmd := exec.Command("sh", "-euc", Bounds()+"\n"+script)
	cmd.Dir = dir
	text, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(text)), err == nil
}

// TestHostileLinksOfBounds asks what is inside of a folder, with links that lead out.
func TestHostileLinksOfBounds(t *testing.T) {
	dir := t.TempDir()
	if out, ok := bounded(t, dir, `mkdir -p root/a/b 'root/a b' roots out; touch root/f out/f
ln -s .. root/a/up; ln -s up/../out root/a/chain; ln -s /etc root/etc; ln -s loop root/loop; ln -s root/a link; ln -s b root/a/in`); !ok {
		t.Fatal(out)
	}
	for path, want := range map[string]bool{
		"root": true, "root/": true, "root/.": true, "root/f": true, "root/a b": true, "root/new/deep": true, "root/a/up": true, "root/a/in/x": true, "link": true, "link/b": true,
		"root/..": false, "root/a/chain": false, "root/a/chain/new": false, "root/etc/x": false, "root/etc": false, "roots": false, "root/a/up/../out": false, "root/loop": true, "root/loop/x": true,
		"out": false, "root/../root": true, "root/none/../../out": false, "": false,
	} {
		if out, got := bounded(t, dir, Command("inside", "root", path)); got != want {
			t.Errorf("%q inside of the folder: %t, want %t: %s", path, got, want, out)
		}
		if info, err := os.Stat(dir + "/" + path); err != nil || !info.IsDir() || path == "" {
			continue
		}
		if out, got := bounded(t, dir, Command("enter", "root", path)+"; pwd -P"); got != want || !got && !strings.Contains(out, "outside of "+dir+"/root") {
			t.Errorf("%q is entered: %t, want %t: %s", path, got, want, out)
		}
	}
	if _, got := bounded(t, dir, "inside none none/x"); got {
		t.Error("there is something inside of a folder that is not there")
	}
}

// TestAsUser has a user do what only root may.
func TestAsUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root becomes another user")
	}
	dir := t.TempDir()
	if out, ok := bounded(t, dir, "as_user daemon id -un; as_user daemon id -Gn; as_user daemon sh -c 'exit 3' || echo $?; user=mine; as_user daemon true; echo $user"); !ok || out != "daemon\ndaemon\n3\nmine" {
		t.Errorf("it is %q", out)
	}
	if out, ok := bounded(t, dir, "as_user daemon:www-data id -Gn"); !ok || out != "daemon www-data" {
		t.Errorf("with another group it is %q", out)
	}
	if out, ok := bounded(t, dir, "as_user daemon touch "+dir+"/x"); ok || !strings.Contains(out, "Permission denied") {
		t.Errorf("it wrote in root's folder: %s", out)
	}
}

// TestAsUserIsClosed has another process of the user look at the one that root started.
func TestAsUserIsClosed(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root becomes another user")
	}
	if exec.Command("setpriv", "--inh-caps", "+net_broadcast", "--ambient-caps", "+net_broadcast", "true").Run() != nil {
		t.Skip("root lacks the capability here")
	}
	const look = `setpriv --reuid daemon --regid daemon --clear-groups ls -d /proc/$pid/root/ /proc/$pid/cwd/ 2>&1 || :`
	for name, test := range map[string]struct {
		as     string
		closed bool
	}{
		"as_user":       {"as_user daemon", true},
		"a plain other": {"setpriv --reuid daemon --regid daemon --clear-groups", false},
	} {
		out, ok := bounded(t, t.TempDir(), "mkfifo up hold; chmod 666 up hold; chmod 755 .. .\n"+test.as+
			` sh -c 'echo $$ >up; read -r _ <hold' & read -r pid <up; `+look+"; echo >hold; wait")
		if closed := strings.Count(out, "Permission denied") == 2; !ok || closed != test.closed {
			t.Errorf("%s: closed: %t, want %t: %s", name, closed, test.closed, out)
		}
	}
}

// TestOfRoot asks who can change what a path leads to.
func TestOfRoot(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("the folders are root's")
	}
	dir := t.TempDir()
	if out, ok := bounded(t, dir, "chmod 755 .. .; mkdir mine open theirs; chmod 777 open; chown daemon theirs; mkdir open/mine theirs/mine; ln -s open/mine link; ln -s mine good; ln -s ../mine open/led"); !ok {
		t.Fatal(out)
	}
	for path, want := range map[string]bool{"mine": true, "mine/new/x": true, "good": true, "good/new": true, "open": false, "open/mine": false, "theirs/mine/new": false, "open/led/x": false, "/tmp/new": false, "/etc/new/x": true, "link/x": false} {
		if out, got := bounded(t, dir, Command("of_root", map[bool]string{true: path, false: dir + "/" + path}[strings.HasPrefix(path, "/")])+` || { echo "$at"; exit 1; }`); got != want {
			t.Errorf("%s is root's alone: %t, want %t: %s", path, got, want, out)
		}
	}
}
