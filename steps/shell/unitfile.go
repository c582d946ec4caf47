package shell

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// unitsFolder holds the units and drop-ins that Slipway writes.
const unitsFolder = "/etc/systemd/system/"

// UnitSection is a section of a unit file: "Service", and its lines "Key=value". Lines
// that are empty are left out.
type UnitSection struct {
	Name  string
	Lines []string
}

// UnitFile is a unit, by its file name. A line that holds the end of a line would be two:
// CheckUnit refuses the file then.
func UnitFile(name string, sections ...UnitSection) File {
	var b strings.Builder
	b.WriteString("# " + OwnLine + ".\n")
	for i, s := range sections {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString("[" + s.Name + "]\n")
		for _, line := range s.Lines {
			if strings.ContainsFunc(line, unicode.IsControl) {
				line = strconv.Quote(line)
			}
			if line != "" {
				b.WriteString(line + "\n")
			}
		}
	}
	return File{Path: unitsFolder + name, Mode: "644", Content: b.String()}
}

// isUnit tells a file of systemd's own form: a unit or a drop-in of one.
func (f File) isUnit() bool {
	kinds := []string{".service", ".socket", ".timer", ".slice", ".swap", ".conf"}
	return strings.HasPrefix(f.Path, unitsFolder) && slices.Contains(kinds, path.Ext(f.Path))
}

// unitName matches the file name of a unit, or of a drop-in in its folder.
var unitName = regexp.MustCompile(`^([A-Za-z0-9@._-]+\.d/)?[A-Za-z0-9@._-]{1,255}$`)

// check is CheckUnit for a file that is a unit, and a look at its name; nil for others.
func (f File) check() error {
	if !f.isUnit() {
		return nil
	}
	if !unitName.MatchString(strings.TrimPrefix(f.Path, unitsFolder)) {
		return errors.New("its name is no unit's")
	}
	return CheckUnit(f.Content)
}

// maxUnitLine is how long a line of a unit file may be, in bytes.
const maxUnitLine = 1 << 20

var (
	unitSection = regexp.MustCompile(`^\[([A-Z][a-z]+)\]$`)
	unitSetting = regexp.MustCompile(`^([A-Z][A-Za-z0-9]*)=`)
)

// CheckUnit is the last look at a unit file before it is written: each line is a section,
// a comment, or one of the settings that Slipway makes, and none holds a character that
// systemd would take for something else. The words in it are quoted already, so an error
// is a mistake in the program. It names the line, and shows none of it.
func CheckUnit(text string) error {
	for i, line := range strings.Split(text, "\n") {
		wrong := func(what string) error { return fmt.Errorf("line %d of the unit %s", i+1, what) }
		section, setting := unitSection.FindStringSubmatch(line), unitSetting.FindStringSubmatch(line)
		switch {
		case !utf8.ValidString(line):
			return wrong("is not UTF-8")
		case strings.ContainsFunc(line, breaksUnit):
			return wrong("has a control character")
		case len(line) >= maxUnitLine:
			return wrong("is longer than systemd reads")
		case strings.HasSuffix(line, `\`):
			return wrong("goes on in the next one")
		case line == "", strings.HasPrefix(line, "#"):
		case section != nil && unitSections[section[1]]:
		case setting != nil && unitKeys[setting[1]]:
		default:
			return wrong("is neither a section nor a setting that slipway makes")
		}
	}
	return nil
}

// breaksUnit tells the characters that nothing but an escape may put into a unit.
func breaksUnit(r rune) bool {
	nonCharacter := r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) || nonCharacter
}

var unitSections = setOf("Unit Service Socket Timer Slice Swap Install")

// unitKeys are the settings of all units and drop-ins that Slipway makes.
var unitKeys = setOf(`
	AccuracySec After AmbientCapabilities Backlog Before BindPaths CPUWeight CapabilityBoundingSet ConditionPathExists
	ConditionVirtualization Conflicts DefaultDependencies Description DevicePolicy Environment EnvironmentFile ExecReload ExecStart
	ExecStartPost ExecStartPre ExecStopPost Group IOSchedulingClass IOWeight IPAddressAllow IPAddressDeny KillMode KillSignal LimitNOFILE ListenStream LockPersonality
	MemoryDenyWriteExecute MemoryHigh MemoryMax Nice NoNewPrivileges NotifyAccess OOMPolicy OOMScoreAdjust OnBootSec OnCalendar PartOf
	Persistent PrivateDevices PrivateMounts PrivateNetwork PrivateTmp ProcSubset ProtectClock ProtectControlGroups ProtectHome
	ProtectHostname ProtectKernelLogs ProtectKernelModules ProtectKernelTunables ProtectProc ProtectSystem RandomizedDelaySec
	ReadWritePaths ReloadPropagatedFrom RemainAfterExit RemoveIPC Requires Restart RestartSec RestrictAddressFamilies
	RestrictNamespaces RestrictRealtime RestrictSUIDSGID RuntimeDirectory RuntimeDirectoryMode Service Slice SocketGroup SocketMode
	SocketUser StandardInput StartLimitBurst StartLimitIntervalSec StateDirectory StateDirectoryMode SuccessExitStatus
	SupplementaryGroups SyslogIdentifier SystemCallArchitectures SystemCallErrorNumber SystemCallFilter TasksMax TimeoutStartSec TimeoutStopSec Type UMask
	User WantedBy Wants What WorkingDirectory
`)

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}
