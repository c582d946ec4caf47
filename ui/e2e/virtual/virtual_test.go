// Package virtual tests, on a machine with a kernel of its own, what a container
// can't show: kernel settings, AppArmor, auditd, and a reboot.
package virtual

import (
	"encoding/json"
	"flag"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/steps"
	"slipway/steps/hardening"
	"slipway/steps/plan"
	"slipway/steps/remote"
	"slipway/ui/e2e"
	"slipway/ui/e2e/lockout"
)

func TestMain(m *testing.M) { os.Exit(e2e.Main(m)) }

const (
	// need is how long the test may take where the processor is emulated and
	// busy; on a real one it takes a tenth of it.
	need = 25 * time.Minute
	// rebootLimit is how long a reboot may take there.
	rebootLimit = 10 * time.Minute
	// name is the deployment's.
	name = "virtual"
	// lynisFloor is the hardening index of Lynis that a virtual machine has at least.
	lynisFloor = 88
)

// boot lets the test run at all: it wants an emulated processor for itself, so CI
// runs it after all others.
var boot = flag.Bool("boot", false, "boot a virtual machine, for six minutes where its processor is emulated and not busy")

// withLynis: Lynis starts thousands of programs.
var withLynis = flag.Bool("lynis", false, "let Lynis judge the virtual machine too, for twelve minutes more")

// withLockouts: each takes two minutes on an emulated processor.
var withLockouts = flag.Bool("lockouts", false, "lock the operator out in every way, at every change that could")

// patience is how long the virtual machine waits for the proof of a change: a
// login to an emulated processor and a look take many seconds.
const patience = plan.RevertAfterVariable + "=60s"

// vm is the one machine of this package: a boot takes minutes.
type vm struct {
	*e2e.Operator
	args     []string
	deployed e2e.Deployed
}

func TestVirtualMachine(t *testing.T) {
	if !*boot {
		t.Skip("an emulated processor wants the computer for itself: run it with -boot -timeout=1h")
	}
	localtest.NeedEngine(t, "qemu")
	m := &vm{Operator: e2e.NewOperator(t, need), args: []string{"--sample", "hello", "--name", name, "--engine", "qemu", "--hardening", "strict"}}
	m.Env = append(m.Env, steps.BakedVariable+"="+strings.Join(baked(), " "), patience)
	begun := time.Now()
	m.deployed = m.Deploy(m.args...)
	t.Logf("deployed in %s", time.Since(begun).Round(time.Second))
	m.answers(t)
	t.Run("kernel", m.kernel)
	t.Run("reboot", m.reboot)
	t.Run("kernel after the reboot", m.kernel)
	t.Run("again", m.again)
	t.Run("memory", m.memory)
	t.Run("lockout", m.lockout)
	t.Run("lynis", m.lynis)
	t.Run("destroy", m.destroy)
}

// baked are the packages that are in the machine's image already: they are the
// same in a container, where other tests install them, and here each would take
// ten times as long.
func baked() []string {
	wanted, _ := hardening.Packages(hardening.Strict, hardening.Host{System: "debian 13"})
	return append(wanted, "nginx", "python3-venv", "unattended-upgrades", "lynis")
}

// root runs a script as root on the machine. A busy emulated processor may take
// longer for a login than the first try waits.
func (m *vm) root(t *testing.T, script string) string {
	t.Helper()
	var client *remote.Client
	m.await(t, "a login", func() bool {
		var err error
		client, err = m.Login(name, "deploy")
		return err == nil
	})
	defer client.Close()
	out, err := client.Output(t.Context(), script)
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return strings.TrimSpace(out)
}

func (m *vm) answers(t *testing.T) {
	t.Helper()
	if status, body := e2e.Ask(t, m.deployed.URL); status != http.StatusOK || body == "" {
		t.Errorf("%s answers %d %q", m.deployed.URL, status, body)
	}
}

// kernel reads what the kernel itself says of the settings.
func (m *vm) kernel(t *testing.T) {
	out := m.root(t, `
systemd-detect-virt --container && exit 1
printf 'virt=%s\n' "$(systemd-detect-virt)"
for key in kernel.kptr_restrict kernel.dmesg_restrict kernel.yama.ptrace_scope kernel.sysrq kernel.unprivileged_bpf_disabled net.core.bpf_jit_harden fs.protected_fifos fs.suid_dumpable; do
	printf '%s=%s\n' "$key" "$(sysctl -n "$key")"
done
printf 'apparmor=%s\n' "$(cat /sys/module/apparmor/parameters/enabled)"
printf 'profiles=%s\n' "$(grep -c . /sys/kernel/security/apparmor/profiles)"
printf 'audit=%s\n' "$(auditctl -s | sed -n 's/^enabled //p')"
printf 'rules=%s\n' "$(auditctl -l | grep -c -- ^-)"
printf 'auditd=%s\n' "$(systemctl is-active auditd)"
modprobe dccp 2>/dev/null; modprobe cramfs 2>/dev/null
printf 'refused=%s\n' "$(grep -Ec '^(dccp|cramfs) ' /proc/modules)"
printf 'failed=%s\n' "$(systemctl --failed --plain --no-legend | wc -l)"
`)
	said := map[string]string{}
	for line := range strings.Lines(out) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		said[key] = value
	}
	for key, want := range map[string]string{
		"kernel.dmesg_restrict": "1", "kernel.kptr_restrict": "2", "fs.suid_dumpable": "0", "fs.protected_fifos": "2",
		"apparmor": "Y", "auditd": "active", "refused": "0", "failed": "0",
	} {
		if said[key] != want {
			t.Errorf("%s is %q, not %q", key, said[key], want)
		}
	}
	for _, key := range []string{"profiles", "rules"} {
		if n, err := strconv.Atoi(said[key]); err != nil || n < 1 {
			t.Errorf("%s: %q", key, said[key])
		}
	}
	if said["audit"] != "1" && said["audit"] != "2" { // 2: fixed until the next boot
		t.Errorf("the kernel's audit is %q", said["audit"])
	}
	t.Logf("the kernel says\n%s", out)
}

// again: a deployment that stands is left alone, and nothing on this machine is
// past its kernel.
func (m *vm) again(t *testing.T) {
	r := m.Must(append([]string{"--yes", "--json"}, m.args...)...)
	for line := range strings.Lines(r.Stdout) {
		var e struct {
			Event, Step, Detail string
			Changed             bool
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if strings.Contains(line, "not applicable here") {
			t.Errorf("a setting is said not to be for this machine: %s", line)
		}
		if e.Event == "done" && e.Changed {
			t.Errorf("a second run changed something:\n%s", r.Stdout)
		}
	}
}

// reboot: the machine boots anew, with another boot's number, and the app answers.
func (m *vm) reboot(t *testing.T) {
	const bootID = "cat /proc/sys/kernel/random/boot_id"
	before := m.root(t, bootID)
	begun := time.Now()
	m.root(t, "systemd-run --quiet --on-active=2 systemctl reboot")
	m.await(t, "the next boot", func() bool {
		client, err := m.Login(name, "deploy")
		if err != nil {
			return false
		}
		defer client.Close()
		out, err := client.Output(t.Context(), bootID)
		return err == nil && strings.TrimSpace(out) != before
	})
	m.await(t, "the app after the reboot", func() bool {
		response, err := http.Get(m.deployed.URL)
		if err != nil {
			return false
		}
		defer response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	t.Logf("rebooted in %s", time.Since(begun).Round(time.Second))
	if out := m.root(t, "cloud-init status --wait >/dev/null; systemctl --failed --plain --no-legend"); out != "" {
		t.Errorf("after the reboot these units have failed:\n%s", out)
	}
}

func (m *vm) await(t *testing.T, what string, check func() bool) {
	t.Helper()
	for end := time.Now().Add(rebootLimit); !check(); time.Sleep(time.Second) {
		if time.Now().After(end) {
			t.Fatalf("waited %s for %s", rebootLimit, what)
		}
	}
}

// memory: what asks for more memory than the app may take is ended by the kernel,
// and the server goes on.
func (m *vm) memory(t *testing.T) {
	begun := time.Now()
	// Swap, which would only have to be filled first, is not for it.
	out := m.root(t, `systemd-run --wait --collect --slice=slipway.slice --property=MemorySwapMax=0 --property=User=app-virtual --property=OOMScoreAdjust=300 \
	python3 -c 'all = []
while True: all.append(bytearray(1 << 24))' 2>&1
systemctl --failed --plain --no-legend`)
	if !strings.Contains(out, "oom-kill") || strings.Contains(out, "failed") {
		t.Errorf("a process that takes all memory: %s", out)
	}
	t.Logf("a process that takes all memory was ended after %s", time.Since(begun).Round(time.Second))
	m.answers(t)
}

// lockout: whoever is locked out by a change of sshd or the firewall comes in again.
func (m *vm) lockout(t *testing.T) {
	if !*withLockouts {
		t.Skip("to lock the operator out in every way takes an emulated processor 20 minutes: run it with -lockouts")
	}
	for _, place := range []string{"sshd", "firewall"} {
		for _, breakage := range slices.Sorted(maps.Keys(lockout.Breakages)) {
			t.Run(place+", "+breakage, func(t *testing.T) {
				begun := time.Now()
				lockout.Try(lockout.For(m.Operator, t), name, lockout.Places[place], lockout.Breakages[breakage], m.args...)
				t.Logf("in again, and deployed, after %s", time.Since(begun).Round(time.Second))
			})
		}
	}
}

// lynis is an auditor that nobody here wrote.
func (m *vm) lynis(t *testing.T) {
	if !*withLynis {
		t.Skip("Lynis takes an emulated processor twelve minutes: run it with -lynis")
	}
	begun := time.Now()
	out := m.root(t, `lynis audit system --quick --quiet --no-colors >/dev/null 2>&1
sed -n 's/^hardening_index=//p' /var/log/lynis-report.dat`)
	index, err := strconv.Atoi(strings.TrimSpace(out))
	if err != nil {
		t.Fatalf("lynis says %q", out)
	}
	t.Logf("the hardening index of Lynis on a virtual machine: %d, in %s", index, time.Since(begun).Round(time.Second))
	if index < lynisFloor {
		t.Errorf("the hardening index of Lynis is %d, not %d", index, lynisFloor)
	}
}

func (m *vm) destroy(t *testing.T) {
	record, err := m.State().Read(name)
	if err != nil {
		t.Fatal(err)
	}
	if n := processes(t, record.Tag); n != 1 {
		t.Errorf("%d processes run the machine", n)
	}
	m.Must("destroy", "-y", "--lose-data", name)
	if n := processes(t, record.Tag); n != 0 {
		t.Errorf("%d processes are left", n)
	}
	if left, err := filepath.Glob("/run/slipway/*" + record.Tag + "*"); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// processes counts the QEMUs of the machine with that tag.
func processes(t *testing.T, tag string) int {
	t.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, path := range lines {
		line, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(line), "qemu-system") && strings.Contains(string(line), tag) {
			n++
		}
	}
	return n
}
