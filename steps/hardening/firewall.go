package hardening

// firewall is the step of that name, which knows where sshd listens.
var firewall = []Setting{
	{Topic: "firewall", What: "nftables drops what is not SSH or the web, by IPv4 and IPv6", Why: "what is not meant to be reached is not",
		Rules: []string{"CIS 4.3.8", "ANSSI R80", "Lynis FIRE-4512"}},
	{Topic: "firewall", What: "an address can begin 60 connections to SSH a minute, no more", Why: "guessing and flooding take many",
		Rules: []string{"ANSSI R67"}},
	{Topic: "firewall", What: "only root reaches the address at which a cloud tells a server how it was made", Why: "an app that can be made to fetch an address would give away the server's first keys",
		Rules: []string{"CIS 4.3.5", "ANSSI R67"}, From: Strict},
}
