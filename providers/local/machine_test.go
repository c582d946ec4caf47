package local

import (
	"context"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
)

// guest is a real machine that a test has booted.
type guest struct {
	*Provider
	spec   providers.Spec
	signer ssh.Signer
	host   ssh.PublicKey
}

// testCache is shared with all other tests and with the command itself, so that
// a base image is built once.
func testCache(t *testing.T) string {
	t.Helper()
	dir, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "slipway")
}

// requireMachines skips the test if machines can't run here. Under CI the test fails
// instead: a skipped test would hide that nothing was tested.
func requireMachines(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("real machines take longer than -short allows")
	}
	err := Supported("")
	switch {
	case err == nil:
	case os.Getenv("CI") != "":
		t.Fatalf("real machines can't run here: %v", err)
	default:
		t.Skipf("real machines can't run here: %v", err)
	}
}

// newGuest describes a machine for the test; it is not made yet. When the test has
// ended, the machine is destroyed, and nothing of it may be left.
func newGuest(t *testing.T, image string) *guest {
	t.Helper()
	return newGuestOf(t, "", image)
}

// newGuestOf is newGuest for a machine of that engine.
func newGuestOf(t *testing.T, engine, image string) *guest {
	t.Helper()
	requireMachines(t)
	signer, public := newKey(t)
	hostSigner, hostPrivate := newHostKey(t)
	tag := fmt.Sprintf("slipway-test-%d-%d", os.Getpid(), time.Now().UnixNano()%1e9)
	p, err := New(Options{Engine: engine, Dir: t.TempDir(), Cache: testCache(t)})
	if err != nil {
		t.Fatal(err)
	}
	g := &guest{
		Provider: p, signer: signer, host: hostSigner.PublicKey(),
		spec: providers.Spec{
			Name: "rehearsal", Tag: tag, Image: image, AuthorizedKey: public,
			UserData: userData(public, hostPrivate, string(ssh.MarshalAuthorizedKey(hostSigner.PublicKey()))),
		},
	}
	t.Cleanup(func() {
		if t.Failed() {
			console, err := p.Console(context.Background(), g.spec)
			t.Logf("console's end (%v):\n%s", err, console[max(0, len(console)-2000):])
		}
		if err := p.Destroy(context.Background(), g.spec, func(string) {}); err != nil {
			t.Errorf("destroy: %v", err)
		}
		assertNothingLeft(t, p, g.spec)
	})
	return g
}

func newKey(t *testing.T) (ssh.Signer, string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey())))
}

func newHostKey(t *testing.T) (ssh.Signer, string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	return signer, string(pem.EncodeToMemory(block))
}

func userData(public, hostPrivate, hostPublic string) string {
	indent := func(text string) string {
		return "    " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ") + "\n"
	}
	return "#cloud-config\nusers:\n- name: deploy\n  shell: /bin/bash\n  sudo: ALL=(ALL) NOPASSWD:ALL\n" +
		"  ssh_authorized_keys:\n  - " + public + "\nssh_deletekeys: true\nssh_keys:\n  ed25519_private: |\n" +
		indent(hostPrivate) + "  ed25519_public: " + hostPublic
}

// ensure does with the resources what a run does: look, make, look again. It returns
// the kinds that had to be made.
func (g *guest) ensure(t *testing.T) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	var made []string
	for _, r := range g.Resources(g.spec) {
		if holds(t, r) {
			continue
		}
		made = append(made, r.Kind())
		start := time.Now()
		report := func(line string) {
			if r.Kind() == kindMachine {
				t.Log(line)
			}
		}
		if err := r.Make(ctx, report); err != nil {
			t.Fatalf("make the %s: %v", r.Kind(), err)
		}
		t.Logf("made the %s in %v", r.Kind(), time.Since(start).Round(time.Millisecond))
		if f := look(t, r); !f.Holds {
			t.Fatalf("the %s was made and still does not hold: %+v", r.Kind(), f)
		}
	}
	return made
}

func holds(t *testing.T, r providers.Resource) bool {
	t.Helper()
	f := look(t, r)
	if f.Holds == (len(f.Changes) > 0) {
		t.Fatalf("the %s says Holds %v and has the changes %v", r.Kind(), f.Holds, f.Changes)
	}
	return f.Holds
}

func look(t *testing.T, r providers.Resource) providers.Finding {
	t.Helper()
	f, err := r.Look(t.Context(), time.Time{})
	if err != nil {
		t.Fatalf("look at the %s: %v", r.Kind(), err)
	}
	return f
}

// machine is the last resource.
func (g *guest) machine() providers.Resource {
	all := g.Resources(g.spec)
	return all[len(all)-1]
}

// sh runs a script as root in the machine and returns what it prints.
func (g *guest) sh(t *testing.T, script string) string {
	t.Helper()
	var out string
	err := retry(t.Context(), 20*time.Second, func() (err error) {
		out, err = g.trySh(script)
		if _, ok := errors.AsType[*ssh.ExitError](err); ok {
			return permanent(fmt.Errorf("%w: %s", err, out))
		}
		return err
	})
	if err != nil {
		t.Fatalf("in the machine, %s: %v", script, err)
	}
	return strings.TrimSpace(out)
}

func (g *guest) trySh(script string) (string, error) {
	server, err := g.Server(context.Background(), g.spec)
	if err != nil {
		return "", err
	}
	client, err := ssh.Dial("tcp", net.JoinHostPort(server.Address, strconv.Itoa(server.Port)), &ssh.ClientConfig{
		User: "deploy", Auth: []ssh.AuthMethod{ssh.PublicKeys(g.signer)},
		HostKeyAlgorithms: []string{ssh.KeyAlgoED25519}, HostKeyCallback: ssh.FixedHostKey(g.host), Timeout: 5 * time.Second,
	})
	if err != nil {
		return "", err
	}
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return "", err
	}
	defer session.Close()
	session.Stdin = strings.NewReader(script)
	out, err := session.CombinedOutput("sudo sh -eu")
	return string(out), err
}

// assertNothingLeft looks for parts of the machine, without the code under test.
func assertNothingLeft(t *testing.T, p *Provider, spec providers.Spec) {
	t.Helper()
	l := p.layout(spec)
	holdings, err := p.Holdings(context.Background(), spec)
	if err != nil || len(holdings) > 0 {
		t.Errorf("holdings: %v, %v", holdings, err)
	}
	for pid, line := range processes(t) {
		if strings.Contains(line, l.id) {
			t.Errorf("process %s is left: %s", pid, line)
		}
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil || strings.Contains(string(mounts), l.id) {
		t.Errorf("a mount is left (%v):\n%s", err, mounts)
	}
	for _, place := range []string{l.dir, "/run/slipway", "/run/netns", "/run/systemd/nspawn", "/sys/fs/cgroup", "/tmp", "/run/lock"} {
		assertNoName(t, place, l.id)
	}
	if _, err := os.Stat(l.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left: %v", l.dir, err)
	}
}

func assertNoName(t *testing.T, place, id string) {
	t.Helper()
	out, err := exec.Command("find", place, "-maxdepth", "4", "-name", "*"+id+"*").Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if len(out) > 0 {
		t.Errorf("left below %s:\n%s", place, out)
	}
}

// processes maps the ids of all processes to their command lines.
func processes(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended meanwhile
		}
		list[strings.Split(file, "/")[2]] = strings.ReplaceAll(string(text), "\x00", " ")
	}
	return list
}

// killBy kills the processes of this machine whose command line has that word.
func (g *guest) killBy(t *testing.T, word string) {
	t.Helper()
	killed := 0
	for pid, line := range processes(t) {
		if !strings.Contains(line, g.spec.Tag) || !strings.Contains(line, word) {
			continue
		}
		number, err := strconv.Atoi(pid)
		if err != nil {
			t.Fatal(err)
		}
		process, err := os.FindProcess(number)
		if err == nil {
			err = process.Kill()
		}
		if err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		killed++
	}
	if killed == 0 {
		t.Fatalf("no process %s of %s was there to be killed", word, g.spec.Tag)
	}
}

func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	if err := retry(t.Context(), 30*time.Second, check); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}
