package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"slipway/steps/shell"
)

// stranger is the user who stands for the builder where there is no server.
const stranger = "daemon"

// hostileUV is a program in the place of uv: from wheels alone it installs nothing, and
// the code of the package that it then builds is $attack.
const hostileUV = `#!/bin/sh
case "$*" in
  --cache-dir*) echo "error: Permission denied (os error 13) at path $2/builds/.tmp" >&2; exit 1 ;;
esac
cd "$venv"
mkdir -p lib/python3.99/site-packages "$build_cache/poison"
eval "$attack"
`

// installation is a folder in which dependencies.sh installs a package with set-up code.
// The folder victim is somebody else's.
type installation struct {
	dir, script string
}

func newInstallation(t *testing.T, attack string) installation {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("the environment is given to root, which only root can do")
	}
	dir := t.TempDir()
	for _, folder := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	put(t, dir, map[string]string{"victim/kept": "kept", "victim/deep/er": "x", "cache/uv-1/bin/uv": hostileUV, "venvs/.keep": ""})
	if err := os.Chmod(dir+"/cache/uv-1/bin/uv", 0o755); err != nil {
		t.Fatal(err)
	}
	values := shell.Values{"venv": dir + "/venvs/x", "folder": dir, "build_log": dir + "/cache/log", "build_packages": "", "link": dir + "/link",
		"builder": stranger, "builds": "", "cache": dir + "/cache", "uv": dir + "/cache/uv-1", "uv_wheels": "", "uv_cache": dir + "/cache/wheels",
		"uv_builds": "builds", "build_cache": dir + "/cache/build", "fetch": "false", "fetch_alone": "raise SystemExit(1)", "uv_name": "", "uv_sums": "", "certificates": "/etc/passwd", "projects": "", "python": ""}
	return installation{dir, shell.Lines(
		// Without systemd: what is confined runs as the stranger.
		`confined() { while [ "$1" != -- ]; do shift; done; shift; venv="$venv" build_cache="$build_cache" victim='`+dir+`/victim' attack='`+attack+`' setpriv --reuid `+stranger+` --regid `+stranger+` --clear-groups "$@"; }`,
		"copy_source() { confined -- mkdir "+dir+"/venvs/x/source; }", "settle_source() {", shell.Script(settleSourceText, shell.Values{"copy": dir + "/venvs/x/source", "user": stranger}), "}",
		"with_projects() { :; }",
		shell.Script(completeText, nil),
		shell.Script(buildPackagesText, shell.Values{"build_list": dir + "/list", "build_log": dir + "/cache/log", "app_packages": ""}),
		shell.Script(dependenciesText, values, "package"))}
}

// seen is what can be seen of a folder from outside: names, kinds, modes, owners, texts.
func seen(t *testing.T, folder string) string {
	t.Helper()
	out, err := sh(shell.Command("find", folder, "-printf", `%p %y %m %U:%G %l\n`, "-type", "f", "-exec", "cat", "{}", ";"))
	if err != nil {
		t.Fatal(err, out)
	}
	return out
}

// TestHostilePackage has the set-up code of a package leave in its environment what
// leads root elsewhere. Nothing outside changes, and the environment is root's or refused.
func TestHostilePackage(t *testing.T) {
	for name, test := range map[string]struct {
		attack string
		// refused is a part of what is said if the installation is refused.
		refused string
	}{
		"nothing":                {":", ""},
		"the mark is a link":     {`ln -s "$victim/nologin" .complete`, ""},
		"the mark leads to file": {`ln -s "$victim/kept" .complete`, ""},
		"the mark is a folder":   {`mkdir -p .complete/x`, ""},
		"the mark is a pipe":     {`mkfifo .complete`, ""},
		"programs elsewhere":     {`rm -r bin; ln -s "$victim" bin`, "put a link in the place of the folder"},
		"modules elsewhere":      {`rm -r lib; ln -s "$victim" lib`, "put a link in the place of the folder"},
		"packages elsewhere":     {`rm -r lib/python3.99/site-packages; ln -s "$victim" lib/python3.99/site-packages`, "put a link in the place of the folder"},
		"no programs":            {`rm -r bin`, "put a link in the place of the folder"},
		"source elsewhere":       {`rm -rf source; ln -s "$victim" source`, "replaced the copy of the app"},
		"source is a file":       {`rm -rf source; : >source`, "replaced the copy of the app"},
		"links in folders":       {`ln -s "$victim" lib/x; ln -s "$victim/kept" source/y; ln -s "$victim/deep" bin/z`, ""},
		"cfg is a link":          {`ln -sf "$victim/kept" pyvenv.cfg`, ""},
		"cfg is a pipe":          {`rm pyvenv.cfg; mkfifo pyvenv.cfg lib/p source/p`, ""},
		"cfg is other text":      {`echo "home = /tmp" >pyvenv.cfg`, ""},
		"modes":                  {`chmod 4777 bin/python3 2>/dev/null; cp /bin/true bin/t; chmod 6777 bin/t; mkdir -m 3777 lib/d; chmod 0 source`, ""},
		"a name of two lines":    {"n=$(printf \"x\\n777 kept\"); : >\"lib/$n\"; chmod 777 \"lib/$n\"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			i := newInstallation(t, test.attack)
			before := seen(t, i.dir+"/victim")
			out, err := sh(i.script)
			if after := seen(t, i.dir+"/victim"); after != before {
				t.Errorf("outside of the environment was\n%sand is\n%s", before, after)
			}
			if _, err := os.Lstat(i.dir + "/cache/build"); err == nil {
				t.Error("a cache that the package could write is still there")
			}
			if test.refused != "" {
				if err == nil || !strings.Contains(out, test.refused) {
					t.Errorf("it was not refused: %v: %s", err, out)
				}
				return
			}
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			i.isRoots(t)
		})
	}
}

// isRoots fails the test if others can write in the environment, or if root could be
// made to wait there.
func (i installation) isRoots(t *testing.T) {
	t.Helper()
	venv := i.dir + "/venvs/x"
	if open, err := sh(shell.Command("find", venv, "!", "-user", "root", "-o", "!", "-type", "l", "-perm", "/6022",
		"-o", "!", "-type", "f", "!", "-type", "d", "!", "-type", "l")); err != nil || open != "" {
		t.Errorf("these are not root's alone: %s, %v", open, err)
	}
	for file, want := range map[string]string{".complete": "", "pyvenv.cfg": "home = /usr/bin\n"} {
		info, err := os.Lstat(filepath.Join(venv, file))
		if err != nil || !info.Mode().IsRegular() {
			t.Errorf("%s: %v, %v", file, info, err)
			continue
		}
		if text, err := os.ReadFile(filepath.Join(venv, file)); err != nil || !strings.HasPrefix(string(text), want) {
			t.Errorf("%s says %q, %v", file, text, err)
		}
	}
}

// TestHostileMark has the set-up code of a package mark its environment as whole, and
// then fail: no release may take it.
func TestHostileMark(t *testing.T) {
	i := newInstallation(t, ": >.complete; chmod 777 .; exit 1")
	// pip is no way out.
	i.script = strings.Replace(i.script, "\nbare_environment() {", "\nbare_environment() {\n[ $# = 1 ] || exit 1\n", 1)
	if out, err := sh(i.script); err == nil {
		t.Fatalf("it did not fail: %s", out)
	}
	look := completeText + shell.Script(dependenciesLookText, shell.Values{"venvs": i.dir + "/venvs", "pythons": i.dir + "/none", "build_list": i.dir + "/list"})
	if out, err := sh(look); err != nil || out != "" {
		t.Errorf("the look says %q, %v", out, err)
	}
	if out, err := exec.Command("ls", i.dir+"/venvs/x/.complete").CombinedOutput(); err != nil {
		t.Errorf("the package did not mark it: %s, %v", out, err)
	}
}
