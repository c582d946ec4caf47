package hardening

import "slipway/steps/shell"

var updatesTopic = Topic{Name: "updates", Title: "security updates by themselves", Limit: shortLimit}

// aptDropIn has the settings of unattended-upgrades.
var aptDropIn = &dropIn{path: "/etc/apt/apt.conf.d/52slipway", mode: "644", comment: "//"}

var updateSettings = []Setting{
	{Topic: "updates", What: "the server looks for security updates daily and installs them",
		Why:   "attackers use a hole within days of its disclosure",
		Rules: []string{"CIS 1.2.2.1", "ANSSI R61", "Lynis PKGS-7420"}, From: Standard, requires: []requirement{
			debianPackage{name: "unattended-upgrades"},
			file{File: shell.File{Path: "/etc/apt/apt.conf.d/20auto-upgrades", Mode: "644", Content: `// Written by slipway.
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
APT::Periodic::AutocleanInterval "7";
`}},
			unit{"apt-daily.timer", running}, unit{"apt-daily-upgrade.timer", running},
		}},
	{Topic: "updates", What: "an update keeps changed settings and never asks",
		Why:  "nobody is there to answer",
		From: Standard, requires: []requirement{
			dropInLine{dropIn: aptDropIn, text: `Dpkg::Options { "--force-confdef"; "--force-confold"; };`},
		}},
	{Topic: "updates", What: "apt shows what changes to whoever upgrades by hand",
		Why:   "the news of a package is then read before it is too late",
		Rules: []string{"Lynis DEB-0811"}, From: Strict, requires: []requirement{debianPackage{name: "apt-listchanges"}}},
	{Topic: "updates", What: "an update removes old kernels and packages that nothing needs",
		Why:   "software that is not installed has no holes",
		Rules: []string{"Lynis PKGS-7410"}, From: Standard, requires: []requirement{
			dropInLine{dropIn: aptDropIn, text: `Unattended-Upgrade::Remove-Unused-Kernel-Packages "true";
Unattended-Upgrade::Remove-Unused-Dependencies "true";`},
		}},
	{Topic: "updates", What: "the server does not reboot by itself",
		Why:  "its owner decides when it may be down",
		From: Standard, Below: Strict, requires: []requirement{
			dropInLine{dropIn: aptDropIn, text: `Unattended-Upgrade::Automatic-Reboot "false";`},
		}},
	{Topic: "updates", What: "the server reboots at 04:00 local time if an update needs it and nobody is logged in",
		Why:   "an old kernel keeps its holes until then",
		Rules: []string{"ANSSI R61", "Lynis KRNL-5830"}, From: Strict, requires: []requirement{
			dropInLine{dropIn: aptDropIn, text: `Unattended-Upgrade::Automatic-Reboot "true";
Unattended-Upgrade::Automatic-Reboot-Time "04:00";
Unattended-Upgrade::Automatic-Reboot-WithUsers "false";`},
		}},
	{Topic: "updates", What: "a service restarts when an update replaces what it uses",
		Why:   "a program that runs on keeps the old hole",
		Rules: []string{"Lynis KRNL-5830"}, From: Standard, requires: []requirement{
			debianPackage{name: "needrestart"},
			file{File: shell.File{Path: "/etc/needrestart/conf.d/slipway.conf", Mode: "644", Content: `# Written by slipway: restart what an update replaced, and never ask.
$nrconf{restart} = 'a';
$nrconf{kernelhints} = -1;
`}},
		}},
}
