package steps

import (
	"time"

	"slipway/providers"
	"slipway/steps/shell"
)

// updates is that security updates come in by themselves.
var updates = &fact{
	name: "updates", title: "security updates by themselves", phase: providers.PhaseOther, limit: time.Minute,
	look: func(Plan) string {
		return shell.Lines(
			shell.LookFiles(paths(updateFiles)...),
			`echo "timers $(systemctl is-active apt-daily.timer apt-daily-upgrade.timer | sort -u | tr '\n' ' ')"`,
		)
	},
	decide: func(v view) []providers.Change {
		changes := changedFiles(v.Looked, "holes are used within days of being known", updateFiles...)
		if shell.Fields(v.Looked)["timers"] != "active " {
			changes = append(changes, providers.Change{What: "start the timers that look for updates"})
		}
		return changes
	},
	script: func(view) string {
		return shell.Lines(put(updateFiles), enabled("apt-daily.timer"), enabled("apt-daily-upgrade.timer"),
			`systemctl start apt-daily.timer apt-daily-upgrade.timer`)
	},
}

var updateFiles = []shell.File{
	{Path: "/etc/apt/apt.conf.d/20auto-upgrades", Mode: "644", Content: `// Written by slipway.
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
APT::Periodic::AutocleanInterval "7";
`},
	{Path: "/etc/apt/apt.conf.d/52slipway", Mode: "644", Content: `// Written by slipway. What is updated is the package's own choice: the system's
// and its security fixes. The server never reboots by itself.
Unattended-Upgrade::Remove-Unused-Kernel-Packages "true";
Unattended-Upgrade::Remove-Unused-Dependencies "true";
Unattended-Upgrade::Automatic-Reboot "false";
Dpkg::Options { "--force-confdef"; "--force-confold"; };
`},
	{Path: "/etc/needrestart/conf.d/slipway.conf", Mode: "644", Content: `# Written by slipway: restart what an update replaced, and never ask.
$nrconf{restart} = 'a';
$nrconf{kernelhints} = -1;
`},
}
