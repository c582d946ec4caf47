package hardening

// unneededSettings name packages that a server of web apps never needs. The step
// packages removes them.
var unneededSettings = []Setting{
	{Topic: "packages", What: "no client or server of an unencrypted protocol is installed: telnet, rsh, ftp, tftp, talk, NIS", Why: "anybody on the way can read their passwords",
		Rules: []string{"CIS 2.1", "CIS 2.2", "ANSSI R62", "Lynis INSE-8300"}, From: Standard, requires: absent(
			"telnet", "inetutils-telnet", "telnetd", "inetutils-telnetd", "rsh-client", "rsh-server", "rsh-redone-client", "ftp", "tnftp",
			"tftpd-hpa", "tftpd", "talk", "talkd", "nis", "ypbind-mt", "xinetd", "openbsd-inetd", "inetutils-inetd")},
}

func absent(names ...string) []requirement {
	packages := make([]requirement, len(names))
	for i, name := range names {
		packages[i] = debianPackage{name: name, absent: true}
	}
	return packages
}
