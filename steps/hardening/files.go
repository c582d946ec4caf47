package hardening

import "slipway/steps/shell"

var filesTopic = Topic{Name: "files", Title: "files, mounts and modules", Limit: short}

var modulesDrop = &drop{path: "/etc/modprobe.d/slipway.conf", mode: "644"}

// modules are never loaded, not even when something asks for them.
func modules(names ...string) []want {
	var wants []want
	for _, n := range names {
		wants = append(wants, line{drop: modulesDrop, text: "install " + n + " /bin/false\nblacklist " + n})
	}
	return wants
}

var filesSettings = []Setting{
	{Topic: "files", What: "programs that crash leave no copy of their memory", Why: "it holds keys and other people's data",
		Rules: []string{"CIS 1.5.3", "ANSSI R14", "Lynis KRNL-5820"}, From: Standard, wants: []want{
			file{File: shell.File{Path: "/etc/security/limits.d/slipway.conf", Mode: "644", Content: "# Written by slipway.\n* hard core 0\n* soft core 0\n"}},
			file{File: shell.File{Path: "/etc/profile.d/slipway-core.sh", Mode: "644", Content: "# Written by slipway.\nulimit -c 0\n"}},
			file{File: shell.File{Path: "/etc/systemd/coredump.conf.d/slipway.conf", Mode: "644", Content: "# Written by slipway.\n[Coredump]\nStorage=none\nProcessSizeMax=0\n"}}}},
	{Topic: "files", What: "no file systems, network protocols and buses that a server of the web never uses", Why: "their drivers have had holes, and are loaded for whoever asks",
		Rules: []string{"CIS 1.1.1", "CIS 3.2", "ANSSI R10", "Lynis USB-1000", "Lynis STRG-1846", "Lynis NETW-3200"}, From: Standard, OwnKernel: true, wants: modules(
			"cramfs", "freevxfs", "hfs", "hfsplus", "jffs2", "dccp", "sctp", "rds", "tipc", "firewire-core", "firewire-ohci", "firewire-sbp2")},
	{Topic: "files", What: "no storage by USB", Why: "nobody plugs anything into the server",
		Rules: []string{"CIS 1.1.1.8", "Lynis USB-1000"}, From: Strict, OwnKernel: true, wants: modules("usb-storage", "uas")},
	{Topic: "files", What: "shared memory and temporary files hold no programs and no devices; /var/tmp may", Why: "everybody can write there",
		Rules: []string{"CIS 1.1.2.1", "CIS 1.1.2.2", "ANSSI R28", "Lynis FILE-6374"}, From: Strict, wants: []want{
			mount{where: "/dev/shm", what: "tmpfs", kind: "tmpfs", options: []string{"nosuid", "nodev", "noexec"}},
			mount{where: "/tmp", what: "tmpfs", kind: "tmpfs", options: []string{"nosuid", "nodev", "noexec"}}}},
	{Topic: "files", What: "apt unpacks what it asks from in /var/tmp", Why: "programs do not run from /tmp", From: Strict, wants: []want{
		file{File: shell.File{Path: "/etc/apt/apt.conf.d/53slipway-tmp", Mode: "644", Content: "// Written by slipway.\nAPT::ExtractTemplates::TempDir \"/var/tmp\";\n"}}}},
	{Topic: "files", What: "temporary files are in memory, as Debian 13 has them", Why: "what everybody may write can't fill the disk, and is gone after a reboot",
		Rules: []string{"CIS 1.1.2.1.1", "ANSSI R28", "Lynis FILE-6310"}, From: Strict, On: []string{"debian 12"}, wants: []want{
			mount{where: "/tmp", what: "tmpfs", kind: "tmpfs", options: []string{"nosuid", "nodev", "noexec"}, anew: true}}},
	{Topic: "files", What: "settings and logs of the system are not for others to read or write", Why: "they show where to try next",
		Rules: []string{"CIS 5.1.1", "CIS 7.1", "ANSSI R50", "Lynis FILE-7524"}, From: Strict, wants: []want{
			mode{"/etc/ssh/sshd_config", "600"}, mode{"/etc/sudoers.d", "750"},
			mode{"/boot/grub/grub.cfg", "600"}, mode{"/etc/issue", "644"}, mode{"/etc/issue.net", "644"}, mode{"/etc/motd", "644"}}},
}
