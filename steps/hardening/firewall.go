package hardening

// firewall is the step of that name, which knows where sshd listens.
var firewall = []Setting{
	{Topic: "firewall", What: "nftables drops what is not SSH or the web, by IPv4 and IPv6", Why: "what is not meant to be reached is not",
		Rules: []string{"CIS 4.3.8", "ANSSI R50", "Lynis FIRE-4512"}},
}
