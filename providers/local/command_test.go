package local

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestCommands(t *testing.T) {
	l := layoutFor("/var/lib/x", "slipway-hello-1")
	nspawn := strings.Join(nspawnCommand(l), " ")
	for _, want := range []string{
		"--directory=/run/slipway/slipway-hello-1/root ", "--network-namespace-path=/run/netns/slipway-hello-1 ",
		"--keep-unit", "--register=no", "--capability=CAP_NET_ADMIN,CAP_SYSLOG",
	} {
		if !strings.Contains(nspawn, want) {
			t.Errorf("%s lacks %s", nspawn, want)
		}
	}
	slirp := strings.Join(slirpCommand(l, "3"), " ")
	for _, want := range []string{"--disable-host-loopback", "--ready-fd=3", "--api-socket=/run/slipway/slipway-hello-1/api.sock /run/netns/slipway-hello-1 tap0"} {
		if !strings.Contains(slirp, want) {
			t.Errorf("%s lacks %s", slirp, want)
		}
	}
	t.Setenv("DIGITALOCEAN_TOKEN", "secret")
	if env := strings.Join(nspawnEnv(), " "); strings.Contains(env, "secret") {
		t.Errorf("the machine's processes can see %s", env)
	}
	if got := overlayOptions(layout{dir: "/a:b,c"}, `/i\m`); got != `lowerdir=/i\\m,upperdir=/a\:b\,c/disk,workdir=/a\:b\,c/work` {
		t.Error(got)
	}
}

// TestScripts runs the scripts with files in place of control groups.
func TestScripts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "it's a $(folder)")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	watch, guest, count := filepath.Join(dir, "watch"), filepath.Join(dir, "guest"), filepath.Join(dir, "count")
	// A guest that asks for two reboots and then powers off.
	argv := supervised([]string{watch}, []string{guest}, []string{"sh", "-c", `echo x >>"$1"; test "$(wc -l <"$1")" -gt 2 || exit 133`, "sh", count})
	// Its output goes through a pipe, so this waits for what is in the background.
	if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v: %s", err, out)
	}
	for name, want := range map[string]string{"watch": "0\n", "guest": "0\n", "count": "x\nx\nx\n"} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(got) != want {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
	argv = detached([]string{watch, guest}, []string{"sh", "-c", `echo started "$1"`, "sh", "a b"})
	if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil || string(out) != "started a b\n" {
		t.Errorf("%v: %s", err, out)
	}
	absent := []string{filepath.Join(dir, "absent", "group")}
	for _, argv := range [][]string{
		detached(absent, []string{"echo", "started"}),
		supervised(absent, []string{guest}, []string{"echo", "started"}),
		supervised([]string{watch}, absent, []string{"echo", "started"}),
	} {
		out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput()
		if strings.Contains(string(out), "started") {
			t.Errorf("it was started outside of its group: %s", out)
		}
		if argv[4] == absent[0] && err == nil {
			t.Errorf("a group that can't be joined is no failure: %q", argv[4:])
		}
	}
}
