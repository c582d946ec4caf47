package shell

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheckUnit(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"good":                {"# Written by slipway.\n[Unit]\nDescription=größe\n\n[Service]\nExecStart=\"/bin/true\"\n", ""},
		"an unknown setting":  {"[Service]\nRootImage=/x\n", "line 2"},
		"an unknown section":  {"[Mount]\n", "line 1"},
		"a line of text":      {"[Service]\nUser=a\nroot\n", "line 3"},
		"a form feed":         {"[Service]\nUser=a\x0c\n", "control character"},
		"a carriage return":   {"[Service]\nUser=a\rUser=root\n", "control character"},
		"NEL":                 {"[Service]\nUser=a\u0085\n", "control character"},
		"a line separator":    {"[Service]\nUser=a\u2028\n", "control character"},
		"U+FFFE":              {"[Service]\nUser=a\ufffe\n", "control character"},
		"NUL":                 {"[Service]\nUser=a\x00\n", "control character"},
		"Latin-1":             {"[Service]\nUser=caf\xe9\n", "UTF-8"},
		"a line that goes on": {"[Service]\nUser=a\\\nGroup=b\n", "goes on"},
		"a long line":         {"[Service]\nExecStart=" + strings.Repeat("x", maxUnitLine) + "\n", "longer"},
		"a space before":      {"[Service]\n User=root\n", "line 2"},
	} {
		err := CheckUnit(c.text)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

// TestUnitFile has a unit written only if each of its lines is one.
func TestUnitFile(t *testing.T) {
	for line, whole := range map[string]bool{"User=app": true, "": true, "User=app\nUser=root": false, "User=app\r": false, "\nUser=root": false} {
		f := UnitFile("x.service", UnitSection{Name: "Unit"}, UnitSection{Name: "Service", Lines: []string{line, "Group=app"}})
		dir := t.TempDir()
		script := strings.ReplaceAll(f.Put(), unitsFolder, dir+"/")
		out, err := exec.Command("sh", "-euc", strings.ReplaceAll(script, "root:root", ids())).CombinedOutput()
		_, there := os.Stat(filepath.Join(dir, "x.service"))
		if whole != (err == nil) || whole != (there == nil) {
			t.Errorf("%q: %v, %v, %s", line, err, there, out)
		}
	}
}

// TestUnitName has no file written that is named by more than a unit's name.
func TestUnitName(t *testing.T) {
	for name, good := range map[string]bool{
		"app-x-0123456789ab-process-w_1.service": true, "nginx.service.d/slipway.conf": true,
		"app-process-../../cron.d/x.service": false, "a b.service": false, "a\nb.service": false, "ü.service": false, strings.Repeat("w", 255) + ".service": false,
	} {
		if got := !strings.Contains(UnitFile(name, UnitSection{Name: "Unit"}).Put(), "is not written"); got != good {
			t.Errorf("%q: written %t", name, got)
		}
	}
}

// ids are this process's own user and group, for chown.
func ids() string {
	out, err := exec.Command("sh", "-c", `echo "$(id -u):$(id -g)"`).Output()
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(string(out))
}
