package audits

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"slipway/ui/e2e"
)

// exposed is how much systemd-analyze security may find open, from 0 to 10.
var exposed = map[string]float64{"app": 1.5, "nginx": 3, "ssh": 5}

var exposure = regexp.MustCompile(`Overall exposure level for (\S+)\.service: ([0-9.]+)`)

func units(t *testing.T, s server) {
	app := s.Root(s.name, "systemctl list-units --plain --no-legend 'app-*.service' | cut -d' ' -f1")
	found := exposure.FindAllStringSubmatch(s.Root(s.name, "systemd-analyze security --no-pager "+strings.ReplaceAll(app, "\n", " ")+" nginx.service ssh.service"), -1)
	if len(found) < len(exposed) {
		t.Fatalf("systemd-analyze told of %v", found)
	}
	for _, f := range found {
		kind, _, _ := strings.Cut(f[1], "-")
		level, err := strconv.ParseFloat(f[2], 64)
		t.Logf("%s: systemd-analyze security of %s: %s (%.1f at most)", s.image, f[1], f[2], exposed[kind])
		if err != nil || level > exposed[kind] {
			t.Errorf("%s is exposed by %s", f[1], f[2])
		}
	}
	if failed := s.Root(s.name, "systemctl list-units --failed --plain --no-legend"); failed != "" {
		t.Errorf("failed units: %s", failed)
	}
}

// sshAudits are the versions of ssh-audit that know a system's OpenSSH: later
// ones warn of every key exchange that Debian 12's policy asks for.
var sshAudits = map[string]struct{ version, policy string }{
	"debian-13": {"3.9.0", "Hardened Debian 13 (version 1)"},
	"debian-12": {"3.3.0", "Hardened Debian 12 (version 2)"},
}

func sshAudit(t *testing.T, s server) {
	a := sshAudits[s.image]
	s.Root(s.name, "python3 -m venv /var/tmp/auditor && /var/tmp/auditor/bin/pip -q install ssh-audit=="+a.version)
	all := audited(t, s, "")
	fail, warn := strings.Count(all, "[fail]"), strings.Count(all, "[warn]")
	t.Logf("%s: ssh-audit %s: %d failing and %d warning algorithms (0 and 0)", s.image, a.version, fail, warn)
	if !strings.Contains(all, "(kex)") || fail+warn > 0 {
		t.Errorf("ssh-audit says\n%s", all)
	}
	judged := audited(t, s, fmt.Sprintf("-P '%s'", a.policy))
	t.Logf("%s: ssh-audit's policy %s: %s", s.image, a.policy, judged[strings.LastIndexByte(judged, '\n')+1:])
	if !strings.Contains(judged, "Passed") {
		t.Errorf("ssh-audit says\n%s", judged)
	}
}

// audited is what ssh-audit says, once sshd has forgiven its last visit.
func audited(t *testing.T, s server, args string) string {
	t.Helper()
	said := ""
	e2e.Until(t, "sshd to let ssh-audit in", func() bool {
		said = s.Root(s.name, "/var/tmp/auditor/bin/ssh-audit -n "+args+" 127.0.0.1 2>&1 || :")
		return !strings.Contains(said, "Not allowed at this time") && !strings.Contains(said, "[exception]")
	})
	return said
}

// lynisFloor is the least hardening index, from 0 to 100, in a container, as an
// auditor finds it who logs in over SSH.
const lynisFloor = 85

func lynis(t *testing.T, s server) {
	s.Root(s.name, "apt-get -q update >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install lynis >/dev/null 2>&1 && lynis audit system --quick --no-colors >/dev/null 2>&1")
	report := s.Root(s.name, "cat /var/log/lynis-report.dat; lynis --version | sed s/^/version=/")
	field := func(name string) string {
		_, rest, _ := strings.Cut(report, "\n"+name+"=")
		value, _, _ := strings.Cut(rest, "\n")
		return value
	}
	index, err := strconv.Atoi(field("hardening_index"))
	points := s.Root(s.name, "grep -o 'Currently having.*' /var/log/lynis.log | tail -n 1")
	t.Logf("%s: Lynis %s: hardening index %d (%d at least); %s", s.image, field("version"), index, lynisFloor, points)
	if err != nil || index < lynisFloor {
		t.Errorf("the hardening index is %d", index)
	}
	for line := range strings.Lines(report) {
		if strings.HasPrefix(line, "suggestion[]") || strings.HasPrefix(line, "warning[]") {
			t.Log(strings.TrimSpace(line))
		}
	}
}
