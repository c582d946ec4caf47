package backup

import (
	"strings"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// The unit of the nightly backup.
const (
	nightlyService = "slipway-backup.service"
	nightlyTimer   = "slipway-backup.timer"
)

// nightlyFiles are the units of the nightly backup. The drill of each week is a part of it.
func nightlyFiles(p plan.Plan) []shell.File {
	return []shell.File{
		shell.UnitFile(nightlyService,
			shell.UnitSection{Name: "Unit", Lines: []string{"Description=back up what the app keeps", "Wants=network-online.target", "After=network-online.target"}},
			shell.UnitSection{Name: "Service", Lines: []string{
				"Type=oneshot", "ExecStart=/usr/bin/python3 -I -B " + layout.Program + " nightly", "TimeoutStartSec=12h", "UMask=0077",
				"Nice=10", "IOWeight=20", "OOMScoreAdjust=300", "ProtectSystem=full", "ProtectHome=yes", "PrivateTmp=yes", "NoNewPrivileges=yes",
				"ProtectKernelModules=yes", "ProtectKernelLogs=yes", "ProtectClock=yes", "RestrictRealtime=yes", "LockPersonality=yes",
				"RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6", "SystemCallArchitectures=native",
			}}),
		shell.UnitFile(nightlyTimer,
			shell.UnitSection{Name: "Unit", Lines: []string{"Description=back up what the app keeps, each night"}},
			// A server that was off at that time makes its backup when it is on again.
			shell.UnitSection{Name: "Timer", Lines: []string{"OnCalendar=*-*-* " + p.Value(plan.KeyBackupAt) + ":00", "Persistent=true", "RandomizedDelaySec=300", "AccuracySec=1min"}},
			shell.UnitSection{Name: "Install", Lines: []string{"WantedBy=timers.target"}}),
	}
}

// decideNightly lists what must change for backups to be made each night, or not to be.
func decideNightly(v fact.View) []providers.Change {
	state := shell.UnitsByID(v.Looked)[nightlyTimer].State()
	if _, on := v.Plan.BackupTo(); !on {
		if !strings.HasPrefix(state, "active ") && !strings.HasSuffix(state, " enabled") {
			return nil
		}
		return []providers.Change{{What: "end the nightly backups", Why: "they are off; those that were made stay where they are"}}
	}
	changes := fact.ChangedFiles(v.Looked, "", nightlyFiles(v.Plan)...)
	if state != shell.ActiveAtBoot {
		changes = append(changes, providers.Change{What: "back up each night at " + v.Plan.Value(plan.KeyBackupAt)})
	}
	return changes
}

// putNightly is the shell text that has backups be made each night, or not any more.
func putNightly(p plan.Plan) string {
	if _, on := p.BackupTo(); !on {
		return endNightly
	}
	return shell.Lines(
		shell.PutAll(nightlyFiles(p)),
		shell.ReloadUnits(nightlyTimer, nightlyService),
		shell.EnableOwn(nightlyTimer),
		`systemctl restart `+nightlyTimer)
}

// endNightly ends the nightly backups, and one that is being made. It can be run again.
const endNightly = `systemctl --quiet disable --now ` + nightlyTimer + ` 2>/dev/null || :
systemctl stop ` + nightlyService + ` 2>/dev/null || :
rm -f /etc/systemd/system/` + nightlyTimer + ` /etc/systemd/system/` + nightlyService + `
systemctl reset-failed ` + nightlyService + ` 2>/dev/null || :`
