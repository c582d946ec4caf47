package hardening

import "slipway/steps/shell"

var filesTopic = Topic{Name: "files", Title: "files, mounts and modules", Limit: shortLimit}

var modulesDropIn = &dropIn{path: "/etc/modprobe.d/slipway.conf", mode: "644"}

// modules are never loaded, not even on request.
func modules(names ...string) []requirement {
	var lines []requirement
	for _, n := range names {
		lines = append(lines, dropInLine{dropIn: modulesDropIn, text: "install " + n + " /bin/false\nblacklist " + n})
	}
	return lines
}

var fileSettings = []Setting{
	{Topic: "files", What: "a program that crashes leaves no copy of its memory",
		Why:   "the copy would hold keys and other people's data",
		Rules: []string{"CIS 1.5.3", "ANSSI R14", "Lynis KRNL-5820"}, From: Standard, requires: []requirement{
			file{File: shell.File{Path: "/etc/security/limits.d/slipway.conf", Mode: "644", Content: "# Written by slipway.\n* hard core 0\n* soft core 0\n"}},
			file{File: shell.File{Path: "/etc/profile.d/slipway-core.sh", Mode: "644", Content: "# Written by slipway.\nulimit -c 0\n"}},
			file{File: shell.File{Path: "/etc/systemd/coredump.conf.d/slipway.conf", Mode: "644", Content: "# Written by slipway.\n[Coredump]\nStorage=none\nProcessSizeMax=0\n"}}}},
	{Topic: "files", What: "drivers of file systems, network protocols and buses that a web server never uses can't be loaded",
		Why:   "these drivers have had holes, and the kernel loads them for any user",
		Rules: []string{"CIS 1.1.1", "CIS 3.2", "ANSSI R10", "Lynis USB-1000", "Lynis STRG-1846", "Lynis NETW-3200"}, From: Standard, OwnKernel: true, requires: modules(
			"cramfs", "freevxfs", "hfs", "hfsplus", "jffs2", "dccp", "sctp", "rds", "tipc", "firewire-core", "firewire-ohci", "firewire-sbp2")},
	{Topic: "files", What: "USB storage can't be used",
		Why:   "nobody plugs anything into the server",
		Rules: []string{"CIS 1.1.1.8", "Lynis USB-1000"}, From: Strict, OwnKernel: true, requires: modules("usb-storage", "uas")},
	{Topic: "files", What: "programs and device files do not work in /dev/shm and /tmp; in /var/tmp they do",
		Why:   "everybody can write there",
		Rules: []string{"CIS 1.1.2.1", "CIS 1.1.2.2", "ANSSI R28", "Lynis FILE-6374"}, From: Strict, requires: []requirement{
			mount{where: "/dev/shm", what: "tmpfs", kind: "tmpfs", options: []string{"nosuid", "nodev", "noexec"}},
			mount{where: "/tmp", what: "tmpfs", kind: "tmpfs", options: []string{"nosuid", "nodev", "noexec"}}}},
	{Topic: "files", What: "apt extracts the questions of packages in /var/tmp",
		Why:  "programs can't run from /tmp",
		From: Strict, requires: []requirement{
			file{File: shell.File{Path: "/etc/apt/apt.conf.d/53slipway-tmp", Mode: "644", Content: "// Written by slipway.\nAPT::ExtractTemplates::TempDir \"/var/tmp\";\n"}}}},
	{Topic: "files", What: "/tmp is in memory, as on Debian 13",
		Why:   "files there can't fill the disk, and are gone after a reboot",
		Rules: []string{"CIS 1.1.2.1.1", "ANSSI R28", "Lynis FILE-6310"}, From: Strict, Systems: []string{"debian 12"}, requires: []requirement{
			mount{where: "/tmp", what: "tmpfs", kind: "tmpfs", options: []string{"nosuid", "nodev", "noexec"}, create: true}}},
	{Topic: "files", What: "only root reads the settings of sshd, sudo and the boot loader, and only root writes the notices of the login",
		Why:   "settings show an attacker where to try next",
		Rules: []string{"CIS 5.1.1", "CIS 7.1", "ANSSI R50", "Lynis FILE-7524"}, From: Strict, requires: []requirement{
			mode{"/etc/ssh/sshd_config", "600"}, mode{"/etc/sudoers.d", "750"},
			mode{"/boot/grub/grub.cfg", "600"}, mode{"/etc/issue", "644"}, mode{"/etc/issue.net", "644"}, mode{"/etc/motd", "644"}}},
}
