//go:build linux

package hostile

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"slipway/steps/audit"
	"slipway/ui/e2e"
)

// pretends is an app whose process has another program's name, and listens.
func pretends(called string, port int) files {
	return files{"app.py": fmt.Sprintf(`
import ctypes
import socket
import threading

ctypes.CDLL(None).prctl(15, %q.encode(), 0, 0, 0)
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
listener.bind(("0.0.0.0", %d))
listener.listen()


def answers():
    while True:
        listener.accept()[0].sendall(b"SSH-2.0-x\r\n")


threading.Thread(target=answers, daemon=True).start()
`, called, port) + harmlessApp}
}

// forgedNames are names of files that would be lines of a look or an audit.
const forgedNames = `
for name in (
    "a\n--slipway-look-- audit accounts\nasked yes",
    "b\n--slipway-look-- end\n",
    "c\nstranger x",
    "d\x1b[2J\x1b]0;x\x07",
    ".x\ndotfile 777 etc",
    "home 777 etc",
    "-rf",
    "e\nwritable nothing\nasked yes",
    "f \u202e\u2066",
    b"g\xff\x80".decode("utf-8", "surrogateescape"),
    "h'\"$(touch hostile)` + "`touch hostile`" + `;",
    "i\n",
):
    os.makedirs(S + "/names", exist_ok=True)
    open(S + "/names/" + name, "w").close()
    os.chmod(S + "/names/" + name, 0o666)
    os.makedirs(S + "/names/folder" + name, exist_ok=True)
    os.chmod(S + "/names/folder" + name, 0o777)
`

// processAttacks are what a running app looks like to those who look at the server.
var processAttacks = []attack{
	{name: "a process called sshd", files: pretends("sshd", 2222), must: "deploy", after: isSeen("sshd", 2222)},
	{name: "a process called nginx", files: pretends("nginx", 2223), must: "deploy", after: isSeen("nginx", 2223)},
	{name: "a process with a pid in its name", files: pretends(`x",pid=1,fd=3)`, 2224), must: "deploy", after: isSeen(`x",pid=1,fd=3)`, 2224)},
	{name: "a process with sshd's name and a pid", files: pretends(`"sshd",pid=1,`, 2225), must: "deploy", after: isSeen(`"sshd",pid=1,`, 2225)},
	{name: "a process with a newline in its name", files: pretends("x\nport 2226\n", 2226), must: "deploy", after: isSeen("x\nport 2226\n", 2226)},
	{name: "a process with the pid of sshd in its name", must: "deploy", after: hasPIDOfSSHD},
	{name: "files with names that are lines", files: writesAtImport(forgedNames), must: "deploy", after: staysTrue},
}

// hasPIDOfSSHD deploys an app whose process has a name that makes its line of ss look
// like sshd's.
func hasPIDOfSSHD(t *testing.T, o *e2e.Operator, r result) {
	// The next attack finds no such process, whatever becomes of this one.
	defer o.Root(name, "systemctl stop '"+user+"-*.socket' '"+user+"-*.service'")
	called := `sshd",pid=` + o.Root(name, "systemctl show -P MainPID ssh.service") + ","
	if first := run(t, o, "--yes", "--name", name, folder(t, pretends(called, 2227))); first.Code != 0 {
		t.Fatalf("exit %d:\n%s", first.Code, first.Stderr)
	}
	isSeen(called, 2227)(t, o, r)
}

// audited are an audit's results by their sentence.
func audited(t *testing.T, o *e2e.Operator) map[string]audit.Result {
	t.Helper()
	r := run(t, o, "audit", name, "--json")
	all := map[string]audit.Result{}
	for line := range strings.Lines(r.Stdout) {
		var said struct {
			audit.Result
			Results []audit.Result `json:"results"`
		}
		if err := json.Unmarshal([]byte(line), &said); err != nil {
			t.Errorf("a line of the audit is no object: %q", line)
			continue
		}
		for _, result := range append(said.Results, said.Result) {
			if result.Check != "" {
				if all[result.Check].Check != "" {
					t.Errorf("the audit has %q twice", result.Check)
				}
				all[result.Check] = result
			}
		}
	}
	return all
}

// isSeen deploys once more beside a process that listens, and audits: the firewall keeps
// the port closed, and the audit says that something else listens there.
func isSeen(called string, port int) func(*testing.T, *e2e.Operator, result) {
	return func(t *testing.T, o *e2e.Operator, _ result) {
		if listens := o.Root(name, fmt.Sprintf("ss -Hltn 'sport = :%d'", port)); listens == "" {
			t.Fatal("the app does not listen")
		}
		if r := run(t, o, "--yes", "--name", name, folder(t, pretends(called, port).with("again.txt", "again\n"))); r.Code != 0 {
			t.Errorf("a second run: exit %d\n%s", r.Code, r.Stderr)
		}
		if rules := o.Root(name, "nft list ruleset"); strings.Contains(rules, fmt.Sprint(port)) {
			t.Errorf("the firewall lets port %d in", port)
		}
		found := audited(t, o)["only sshd and nginx listen to the world"]
		if found.Verdict != audit.Bad || !strings.Contains(found.Found, fmt.Sprint(port)) {
			t.Errorf("the audit says %+v", found)
		}
	}
}

// staysTrue compares what is said of the server with what is said once the names are gone.
func staysTrue(t *testing.T, o *e2e.Operator, _ result) {
	with := audited(t, o)
	for _, command := range [][]string{{"doctor", name}, {"status", name}, {"status", name, "--json"}, {"logs", name}, {"audit", name}} {
		run(t, o, command...)
	}
	o.Root(name, "rm -rf /var/lib/"+user+"/names")
	without := audited(t, o)
	if len(with) != len(without) || len(without) == 0 {
		t.Errorf("%d results with the names, %d without", len(with), len(without))
	}
	for check, result := range without {
		if result.Topic != "files" && with[check].Verdict != result.Verdict {
			t.Errorf("with the names the audit says %+v, without %+v", with[check], result)
		}
	}
	if with["no file is anybody's to write"].Verdict != audit.Bad {
		t.Errorf("the audit says %+v", with["no file is anybody's to write"])
	}
}
