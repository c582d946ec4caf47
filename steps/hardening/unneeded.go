package hardening

// unneeded is what has no business on a server of web apps. The step packages
// removes it.
var unneeded = []Setting{
	{Topic: "packages", What: "no clients or servers of protocols without encryption: telnet, rsh, ftp, tftp, talk, NIS", Why: "their passwords can be read on the way",
		Rules: []string{"CIS 2.1", "CIS 2.2", "ANSSI R62", "Lynis INSE-8300"}, From: Standard, wants: absent(
			"telnet", "inetutils-telnet", "telnetd", "inetutils-telnetd", "rsh-client", "rsh-server", "rsh-redone-client", "ftp", "tnftp", "tftpd-hpa", "tftpd", "talk", "talkd", "nis", "ypbind-mt", "xinetd", "openbsd-inetd", "inetutils-inetd")},
}

func absent(names ...string) []want {
	wants := make([]want, len(names))
	for i, name := range names {
		wants[i] = debian{name: name, absent: true}
	}
	return wants
}
