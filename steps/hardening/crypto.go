package hardening

import "strings"

// The lists are those of ssh-audit's policies for Debian, in their order.
var (
	hybrid    = []string{"sntrup761x25519-sha512@openssh.com"}
	mlkem     = []string{"mlkem768x25519-sha256", "sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com"}
	curves    = []string{"curve25519-sha256", "curve25519-sha256@libssh.org"}
	groups    = []string{"diffie-hellman-group16-sha512", "diffie-hellman-group18-sha512", "diffie-hellman-group-exchange-sha256"}
	ciphers   = []string{"chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-gcm@openssh.com", "aes128-ctr"}
	macs      = []string{"hmac-sha2-512-etm@openssh.com", "hmac-sha2-256-etm@openssh.com", "umac-128-etm@openssh.com"}
	macsOlder = []string{"hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "umac-128-etm@openssh.com"}
)

// older have an OpenSSH without ML-KEM; Slipway's own client can't do the
// hybrid that they have.
var older = []string{"debian 12", "ubuntu 24.04"}

var crypto = []Setting{
	{Topic: "sshd", What: "keys are exchanged by ML-KEM, a hybrid or X25519", Why: "what is recorded today must not be read one day, and no curve is doubted",
		Rules: []string{"CIS 5.1.12", "ssh-audit"}, From: Standard, Below: Strict, On: []string{"debian 13"}, wants: algorithms("KexAlgorithms", mlkem, curves)},
	{Topic: "sshd", What: "keys are exchanged by ML-KEM or a hybrid only", Why: "what is recorded today must not be read by a quantum computer one day",
		Rules: []string{"CIS 5.1.12", "ssh-audit"}, From: Strict, On: []string{"debian 13"}, wants: algorithms("KexAlgorithms", mlkem)},
	{Topic: "sshd", What: "keys are exchanged by a hybrid, X25519 or large groups", Why: "no curve is doubted and no group is small",
		Rules: []string{"CIS 5.1.12", "ssh-audit"}, From: Standard, On: older, wants: algorithms("KexAlgorithms", hybrid, curves, groups)},
	{Topic: "sshd", What: "only ciphers without known weakness", Why: "CBC and older ones leak or can be broken",
		Rules: []string{"CIS 5.1.6", "ssh-audit"}, From: Standard, wants: algorithms("Ciphers", ciphers)},
	{Topic: "sshd", What: "only authentication codes made after encryption, none with SHA-1", Why: "the other order and short tags leak",
		Rules: []string{"CIS 5.1.15", "ssh-audit"}, From: Standard, On: []string{"debian 13"}, wants: algorithms("MACs", macs)},
	{Topic: "sshd", What: "only authentication codes made after encryption, no short tags", Why: "the other order and SHA-1 leak",
		Rules: []string{"CIS 5.1.15", "ssh-audit"}, From: Standard, On: older, wants: algorithms("MACs", macsOlder)},
	{Topic: "sshd", What: "the server shows an Ed25519 host key, or one of RSA, none on NIST's curves", Why: "nobody knows where those curves' numbers came from",
		Rules: []string{"ssh-audit"}, From: Strict, wants: algorithms("HostKeyAlgorithms", []string{"sk-ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519-cert-v01@openssh.com",
			"rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com", "ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256"})},
	{Topic: "sshd", What: "there is an RSA host key of 4096 bits beside the one of Ed25519", Why: "clients of that age may know no other",
		Rules: []string{"ssh-audit"}, From: Strict, On: older, wants: []want{
			made{"/etc/ssh/ssh_host_rsa_key", "ssh-keygen -q -t rsa -b 4096 -N '' -f /etc/ssh/ssh_host_rsa_key"},
			sshd("HostKey", "/etc/ssh/ssh_host_ed25519_key"), sshd("HostKey", "/etc/ssh/ssh_host_rsa_key")}},
	{Topic: "sshd", What: "RSA keys have 3072 bits or more", Why: "shorter ones will be broken first",
		Rules: []string{"ANSSI R68"}, From: Strict, wants: []want{sshd("RequiredRSASize", "3072")}},
}

func algorithms(keyword string, lists ...[]string) []want {
	var names []string
	for _, l := range lists {
		names = append(names, l...)
	}
	return []want{sshd(keyword, strings.Join(names, ","))}
}
