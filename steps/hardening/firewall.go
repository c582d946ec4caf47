package hardening

// firewallSettings are brought about by the step firewall, which knows where sshd
// listens.
var firewallSettings = []Setting{
	{Topic: "firewall", What: "nftables drops everything but SSH and the web, by IPv4 and IPv6", Why: "a service that nobody meant to publish can't be reached",
		Rules: []string{"CIS 4.3.8", "ANSSI R80", "Lynis FIRE-4512"}},
	{Topic: "firewall", What: "an address opens at most 60 SSH connections a minute", Why: "guessing and flooding need many",
		Rules: []string{"ANSSI R67"}},
	{Topic: "firewall", What: "only root reaches the address at which a cloud serves the server's metadata", Why: "an app that can be made to fetch an address would leak the server's first keys",
		Rules: []string{"CIS 4.3.5", "ANSSI R67"}, From: Strict},
}
