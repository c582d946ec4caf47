package databases

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"slipway/providers/local/localtest"
	"slipway/steps/remote"
	"slipway/ui/e2e"
)

// memoryGroups is where Linux has the limits of memory, in its first version of control
// groups: a machine's processes stay in the group in which it was booted.
const memoryGroups = "/sys/fs/cgroup/memory"

// smallServer is a machine that slipway did not make, with a limit of its memory.
type smallServer struct {
	// flags deploy to it.
	flags []string
	// group is the folder of the kernel's figures.
	group string
	// operator is the login of whoever has the server.
	operator remote.Target
}

// bootSmall boots a server that has so many megabytes of memory, of which it knows: its
// kernel gives no more to all that runs there, network and page cache included.
func bootSmall(t *testing.T, image string, megabytes int) smallServer {
	t.Helper()
	if _, err := os.Stat(filepath.Join(memoryGroups, "memory.limit_in_bytes")); err != nil {
		localtest.Skip(t, "a machine's memory can't be limited here: %v", err)
	}
	// Where files of tests are in memory, the machine's disk would count as its memory.
	t.Setenv("TMPDIR", "/var/tmp")
	s := smallServer{group: filepath.Join(memoryGroups, fmt.Sprintf("slipway-test-%d-%d", os.Getpid(), megabytes))}
	if err := os.Mkdir(s.group, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // after the machine's
		e2e.Until(t, "the end of the machine's processes", func() bool { return os.Remove(s.group) == nil })
	})
	s.write(t, "memory.limit_in_bytes", strconv.Itoa(megabytes<<20))
	before := ownGroup(t)
	s.write(t, "cgroup.procs", strconv.Itoa(os.Getpid()))
	defer func() {
		if err := os.WriteFile(filepath.Join(before, "cgroup.procs"), []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
			t.Fatal(err)
		}
	}()
	signer, private := e2e.NewKey(t, "")
	identity := filepath.Join(t.TempDir(), "operator")
	if err := os.WriteFile(identity, private, 0o600); err != nil {
		t.Fatal(err)
	}
	at, hostKey := e2e.BootServer(t, "small", image, map[string]any{
		"disable_root": false, "users": []any{map[string]any{"name": "root", "ssh_authorized_keys": []string{e2e.Authorized(signer.PublicKey())}}},
		"ssh_deletekeys": true,
		// A container sees the memory of its host. This one sees its own.
		"bootcmd": []string{fmt.Sprintf("sed 's/^MemTotal:.*/MemTotal: %d kB/' /proc/meminfo >/run/meminfo; mount --bind /run/meminfo /proc/meminfo", megabytes<<10)},
	})
	s.operator = remote.Target{Address: at.Address, Port: at.Port, User: "root", HostKeys: []ssh.PublicKey{hostKey}, Signers: []ssh.Signer{signer}}
	s.flags = []string{"--provider", "ssh", "--host", "root@" + at.Address, "--identity", identity, "--host-key-fingerprint", ssh.FingerprintSHA256(hostKey)}
	return s
}

// root runs a script as root with the operator's own key, past slipway, and returns what it
// printed.
func (s smallServer) root(t *testing.T, script string) string {
	t.Helper()
	client, err := remote.Dial(t.Context(), s.operator)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	out, err := client.Output(t.Context(), script)
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return strings.TrimSpace(out)
}

// ownGroup is the folder of the group in which the test itself is.
func ownGroup(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if _, path, ok := strings.Cut(strings.TrimSpace(line), ":memory:"); ok {
			return memoryGroups + path
		}
	}
	t.Fatalf("the test is in no group of memory:\n%s", text)
	return ""
}

func (s smallServer) write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.group, file), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// figure is a number that the kernel has in a file, or behind a word in it.
func (s smallServer) figure(t *testing.T, file, word string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.group, file))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if word == "" || len(fields) == 2 && fields[0] == word {
			n, err := strconv.Atoi(fields[len(fields)-1])
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("%s says nothing of %s:\n%s", file, word, text)
	return 0
}

// fits fails the test if the kernel ended a process for want of memory, and says how much
// was taken at most.
func (s smallServer) fits(t *testing.T) {
	t.Helper()
	stat := func(word string) int { return s.figure(t, "memory.stat", word) >> 20 }
	t.Logf("memory now: processes %d MB, page cache %d MB; at most %d MB with the page cache",
		stat("total_rss"), stat("total_cache"), s.figure(t, "memory.max_usage_in_bytes", "")>>20)
	if killed := s.figure(t, "memory.oom_control", "oom_kill"); killed > 0 {
		t.Errorf("the kernel ended %d processes for want of memory", killed)
	}
}
