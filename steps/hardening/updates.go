package hardening

import "slipway/steps/shell"

var updatesTopic = Topic{Name: "updates", Title: "security updates by themselves", Limit: short}

// aptDrop says what unattended-upgrades does.
var aptDrop = &drop{path: "/etc/apt/apt.conf.d/52slipway", mode: "644", comment: "//"}

var updates = []Setting{
	{Topic: "updates", What: "security updates are looked for and installed daily", Why: "holes are used within days of being known",
		Rules: []string{"CIS 1.2.2.1", "ANSSI R61", "Lynis PKGS-7420"}, From: Standard, wants: []want{
			debian{name: "unattended-upgrades"},
			file{File: shell.File{Path: "/etc/apt/apt.conf.d/20auto-upgrades", Mode: "644", Content: `// Written by slipway.
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
APT::Periodic::AutocleanInterval "7";
`}},
			unit{"apt-daily.timer", running}, unit{"apt-daily-upgrade.timer", running},
		}},
	{Topic: "updates", What: "an update keeps the settings that were made, and never asks", Why: "nobody is there to answer", From: Standard, wants: []want{
		line{drop: aptDrop, text: `Dpkg::Options { "--force-confdef"; "--force-confold"; };`},
	}},
	{Topic: "updates", What: "who upgrades by hand is shown what changes", Why: "news of a package is read before it is too late",
		Rules: []string{"Lynis DEB-0811"}, From: Strict, wants: []want{debian{name: "apt-listchanges"}}},
	{Topic: "updates", What: "old kernels and packages that nothing needs are removed", Why: "what is not there has no holes",
		Rules: []string{"Lynis PKGS-7410"}, From: Standard, wants: []want{
			line{drop: aptDrop, text: `Unattended-Upgrade::Remove-Unused-Kernel-Packages "true";
Unattended-Upgrade::Remove-Unused-Dependencies "true";`},
		}},
	{Topic: "updates", What: "the server does not reboot by itself", Why: "its owner decides when it may be away", From: Standard, Below: Strict, wants: []want{
		line{drop: aptDrop, text: `Unattended-Upgrade::Automatic-Reboot "false";`},
	}},
	{Topic: "updates", What: "the server reboots at 04:00 of its own time if an update needs that and nobody is logged in", Why: "an old kernel keeps its holes until then",
		Rules: []string{"ANSSI R61", "Lynis KRNL-5830"}, From: Strict, wants: []want{
			line{drop: aptDrop, text: `Unattended-Upgrade::Automatic-Reboot "true";
Unattended-Upgrade::Automatic-Reboot-Time "04:00";
Unattended-Upgrade::Automatic-Reboot-WithUsers "false";`},
		}},
	{Topic: "updates", What: "services are restarted when what they use is updated", Why: "a program that runs on goes on with the old hole",
		Rules: []string{"Lynis KRNL-5830"}, From: Standard, wants: []want{
			debian{name: "needrestart"},
			file{File: shell.File{Path: "/etc/needrestart/conf.d/slipway.conf", Mode: "644", Content: `# Written by slipway: restart what an update replaced, and never ask.
$nrconf{restart} = 'a';
$nrconf{kernelhints} = -1;
`}},
		}},
}
