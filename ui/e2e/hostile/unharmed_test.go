//go:build linux

package hostile

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"slipway/steps/shell"
	"slipway/ui/e2e"
)

const user = "app-" + name

// own is the folders of the app's own, in which anything may change.
var own = regexp.MustCompile(`^(/srv|/var/lib|/var/cache|/run)/` + user + `(/|$)`)

// Units of the app's that a release writes, and the links by which they start.
var (
	unitPath = regexp.MustCompile(`^/etc/systemd/system/(` + user + `-[A-Za-z0-9_-]+\.(service|socket))$`)
	wantPath = regexp.MustCompile(`^/etc/systemd/system/[a-z-]+\.target\.wants/(` + user + `-[A-Za-z0-9_-]+\.(service|socket))$`)
)

// uploadsPath is where what is uploaded waits for its release to serve.
var uploadsPath = regexp.MustCompile(`^/var/lib/slipway/uploads(/[0-9a-z.]+)?$`)

// variablesPath is the file of a release's variables, which only root reads.
var variablesPath = regexp.MustCompile(`^/etc/slipway/variables/[0-9a-z-]+\.env$`)

// The program that dumps and restores what an app keeps, its settings, and the folders of
// the copies that it makes: an app that keeps data brings them. Nobody but root writes there.
var (
	programPath = regexp.MustCompile(`^/usr/local/lib/slipway(/data(-[0-9a-f]{12}(/[a-z_]+\.py)?)?)?$`)
	copiesPath  = regexp.MustCompile(`^/var/lib/slipway(/snapshots|/set-aside|/beside|/backup)?$`)
	inCopies    = regexp.MustCompile(`^/var/lib/slipway/(snapshots|set-aside|beside|backup)/`)
)

const programSettings = "/etc/slipway/data.json"

// ofProgram tells whether a difference is what the program brings, as root's and nobody
// else's.
func ofProgram(d e2e.Difference) bool {
	f := d.Is
	switch {
	case f == (e2e.File{}):
		return programPath.MatchString(d.Path) || copiesPath.MatchString(d.Path) || d.Path == programSettings
	case f.Owner != "0:0":
		return false
	case d.Path == programSettings:
		return f.Kind == "f" && f.Mode == "600" && f.Links == "1"
	case programPath.MatchString(d.Path):
		return f.Kind == "f" && f.Mode == "644" && f.Links == "1" || f.Kind == "d" && f.Mode == "755" || f.Kind == "l" && programPath.MatchString(f.Target)
	}
	return copiesPath.MatchString(d.Path) && f.Kind == "d" && (f.Mode == "700" || f.Mode == "711")
}

// noise is what systemd, logs, logins, apt and Slipway's own jobs and caches change
// whatever is deployed. None of it is read as settings by anything.
var noise = []*regexp.Regexp{
	regexp.MustCompile(`^/run/systemd/(journal|propagate|sessions|transient|units|users|inhibit|ask-password|netif|timesync|namespace-[^/]*)(/|$)`),
	regexp.MustCompile(`^/run/(slipway|sudo|user|log|lock|credentials|motd\.dynamic|utmp|cloud-init)(/|$)`),
	regexp.MustCompile(`^(/var)?/tmp/systemd-private-`),
	regexp.MustCompile(`^/var/log/(journal/|nginx/|apt/|dpkg\.log$|wtmp|btmp|lastlog|faillog|auth\.log|syslog|cloud-init|alternatives\.log$|unattended-upgrades/)`),
	regexp.MustCompile(`^/var/(lib|cache)/apt/`),
	regexp.MustCompile(`^/var/lib/systemd/(timers|random-seed|linger|timesync)`),
	regexp.MustCompile(`^/var/lib/slipway/(logrotate\.status|jobs(/|$))`),
	regexp.MustCompile(`^/var/lib/(private/)?slipway-|^/var/lib/logrotate`),
	regexp.MustCompile(`^/var/cache/(private/)?slipway(/|$|-)`),
	regexp.MustCompile(`^/etc/slipway/deployment\.json$`),
	// What a build brings of Debian's and removes again; pip's and Node's own are not.
	regexp.MustCompile(`^/var/lib/dpkg/`),
}

// allowed tells whether a deployment may make this difference.
func allowed(d e2e.Difference) bool {
	f := d.Is
	if gained := f.Kind == "f" && setsUser(f.Mode) && !setsUser(d.Was.Mode); gained {
		return false
	}
	if own.MatchString(d.Path) {
		return true
	}
	gone := f == (e2e.File{})
	if unitPath.MatchString(d.Path) {
		return gone || f.Kind == "f" && f.Mode == "644" && f.Owner == "0:0"
	}
	if m := wantPath.FindStringSubmatch(d.Path); m != nil {
		return gone || f.Kind == "l" && f.Target == "/etc/systemd/system/"+m[1]
	}
	if variablesPath.MatchString(d.Path) {
		return gone || f.Kind == "f" && f.Mode == "600" && f.Owner == "0:0" && f.Links == "1"
	}
	if uploadsPath.MatchString(d.Path) { // a release that never served leaves its archive to the next one
		return gone || f.Owner == "0:0" && (f.Kind == "d" && f.Mode == "700" || f.Kind == "f" && f.Mode == "600" && f.Links == "1")
	}
	if ofProgram(d) || inCopies.MatchString(d.Path) { // the folder is closed to all but root
		return true
	}
	return slices.ContainsFunc(noise, func(n *regexp.Regexp) bool { return n.MatchString(d.Path) })
}

// setsUser tells a mode by which a program runs as somebody else.
func setsUser(mode string) bool { return len(mode) == 4 && strings.ContainsAny(mode[:1], "24567") }

// unharmed compares two inventories: outside of the app's own folders nothing changed,
// and in them is nothing that others could not read before.
func unharmed(t *testing.T, now, before e2e.Inventory) {
	t.Helper()
	private := privateSums(before)
	for _, d := range now.Since(before) {
		if !allowed(d) {
			t.Errorf("changed: %v", d)
		}
		if path := private[d.Is.Sum]; path != "" && d.Is.Sum != d.Was.Sum && own.MatchString(d.Path) {
			t.Errorf("%s is a copy of %s", d.Path, path)
		}
	}
}

// emptySum is the SHA-256 of nothing.
var emptySum = shell.Sum("")

// privateSums are the files of root that others can't read, by their content.
func privateSums(all e2e.Inventory) map[string]string {
	private := map[string]string{}
	for path, f := range all {
		if f.Kind == "f" && f.Sum != emptySum && f.Sum != "" && strings.HasSuffix(f.Mode, "0") && !own.MatchString(path) &&
			strings.HasPrefix(path, "/etc/") {
			private[f.Sum] = path
		}
	}
	return private
}

// keys are the keys that a unit of a release may have, in lines that name no more than
// one user and run no more than one program.
var keys = strings.Fields(`Description Requires After Wants StartLimitIntervalSec StartLimitBurst ListenStream SocketUser SocketGroup
	SocketMode Backlog Service WantedBy Type NotifyAccess User Group SyslogIdentifier WorkingDirectory StateDirectory StateDirectoryMode
	EnvironmentFile Environment ExecStart ExecStartPost ExecReload KillMode TimeoutStartSec TimeoutStopSec Restart RestartSec UMask
	MemoryHigh MemoryMax MemoryAccounting Slice OOMPolicy OOMScoreAdjust TasksMax LimitNOFILE BindPaths BindReadOnlyPaths TemporaryFileSystem
	NoNewPrivileges CapabilityBoundingSet AmbientCapabilities ProtectSystem ProtectHome PrivateTmp PrivateDevices PrivatePIDs PrivateUsers ProtectClock
	ProtectControlGroups ProtectHostname ProtectKernelLogs ProtectKernelModules ProtectKernelTunables ProtectProc ProcSubset RemoveIPC LockPersonality
	RestrictAddressFamilies RestrictNamespaces RestrictRealtime RestrictSUIDSGID SystemCallArchitectures SystemCallFilter SystemCallErrorNumber
	InaccessiblePaths ReadOnlyPaths ReadWritePaths MemoryDenyWriteExecute PrivateIPC StandardOutput StandardError LogRateLimitIntervalSec LogRateLimitBurst
	KeyringMode UnsetEnvironment CPUWeight IOWeight LoadCredential PrivateMounts CacheDirectory RuntimeDirectory SuccessExitStatus ManagedOOMMemoryPressure`)

// confined fails the test if a unit of the app's has a key that no release writes, or
// systemd read one that gives it more than the sandbox does.
func confined(t *testing.T, o *e2e.Operator) {
	t.Helper()
	text := o.Root(name, `cat /etc/systemd/system/`+user+`-*.service /etc/systemd/system/`+user+`-*.socket`)
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		key, value, found := strings.Cut(line, "=")
		if line == "" || line[0] == '#' || line[0] == '[' {
			continue
		}
		if !found || !slices.Contains(keys, key) {
			t.Errorf("a unit has the line %q", line)
		}
		// A prefix of systemd's would take the program out of the sandbox.
		if strings.HasPrefix(key, "Exec") && !strings.HasPrefix(strings.TrimPrefix(value, `"`), "/") {
			t.Errorf("a unit runs %q", value)
		}
		if (key == "User" || key == "Group") && value != user || strings.HasSuffix(line, `\`) {
			t.Errorf("a unit has the line %q", line)
		}
	}
	// What ExecStart shows may have lines of its own, so it is not asked for. The names are
	// those of the files: systemd forgets a unit that an attack stopped.
	shown := o.Root(name, `cd /etc/systemd/system && systemctl show -p Id -p User -p Group -p DynamicUser -p ExecStartPre -p ExecStop -p ExecStopPost -p ExecCondition `+
		`-p NoNewPrivileges -p ProtectSystem -p CapabilityBoundingSet `+user+`-*.service`)
	units := shell.ParseUnits(shown)
	if len(units) == 0 {
		t.Error("there is no unit of the app's")
	}
	for _, unit := range units {
		for property, want := range map[string]string{
			"User": user, "Group": user, "DynamicUser": "no", "ExecStartPre": "", "ExecStop": "", "ExecStopPost": "", "ExecCondition": "",
			"NoNewPrivileges": "yes", "ProtectSystem": "strict", "CapabilityBoundingSet": "",
		} {
			if got := unit.Get(property); got != want {
				t.Errorf("%s has %s=%s, want %q", unit.Get("Id"), property, got, want)
			}
		}
	}
}
