package hardening

import "strings"

// The lists are those of ssh-audit's policies for Debian, in their order.
var (
	sntrup    = []string{"sntrup761x25519-sha512@openssh.com"}
	mlkem     = []string{"mlkem768x25519-sha256", "sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com"}
	curves    = []string{"curve25519-sha256", "curve25519-sha256@libssh.org"}
	groups    = []string{"diffie-hellman-group16-sha512", "diffie-hellman-group18-sha512", "diffie-hellman-group-exchange-sha256"}
	ciphers   = []string{"chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-gcm@openssh.com", "aes128-ctr"}
	macs      = []string{"hmac-sha2-512-etm@openssh.com", "hmac-sha2-256-etm@openssh.com", "umac-128-etm@openssh.com"}
	macsOlder = []string{"hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "umac-128-etm@openssh.com"}
)

// older systems have an OpenSSH without ML-KEM. Slipway's own client can't do the
// post-quantum algorithm that they have, sntrup761.
var older = []string{"debian 12", "ubuntu 24.04"}

var sshAlgorithmSettings = []Setting{
	{Topic: "sshd", What: "sshd exchanges keys by ML-KEM, sntrup761 or X25519",
		Why:   "nobody must be able to decrypt today's recordings one day, and nobody doubts this curve",
		Rules: []string{"CIS 5.1.12", "ssh-audit"}, From: Standard, Below: Strict, Systems: []string{"debian 13"}, requires: algorithms("KexAlgorithms", mlkem, curves)},
	{Topic: "sshd", What: "sshd exchanges keys only by ML-KEM or sntrup761",
		Why:   "no quantum computer must decrypt today's recordings one day",
		Rules: []string{"CIS 5.1.12", "ssh-audit"}, From: Strict, Systems: []string{"debian 13"}, requires: algorithms("KexAlgorithms", mlkem)},
	{Topic: "sshd", What: "sshd exchanges keys by sntrup761, X25519 or Diffie-Hellman with large groups",
		Why:   "nobody doubts this curve, and small groups can be broken",
		Rules: []string{"CIS 5.1.12", "ssh-audit"}, From: Standard, Systems: older, requires: algorithms("KexAlgorithms", sntrup, curves, groups)},
	{Topic: "sshd", What: "sshd uses only ciphers without a known weakness",
		Why:   "CBC and older ciphers leak or can be broken",
		Rules: []string{"CIS 5.1.6", "ssh-audit"}, From: Standard, requires: algorithms("Ciphers", ciphers)},
	{Topic: "sshd", What: "sshd uses only encrypt-then-MAC codes, none with SHA-1",
		Why:   "the other order and short tags leak",
		Rules: []string{"CIS 5.1.15", "ssh-audit"}, From: Standard, Systems: []string{"debian 13"}, requires: algorithms("MACs", macs)},
	{Topic: "sshd", What: "sshd uses only encrypt-then-MAC codes, none with short tags",
		Why:   "the other order and SHA-1 leak",
		Rules: []string{"CIS 5.1.15", "ssh-audit"}, From: Standard, Systems: older, requires: algorithms("MACs", macsOlder)},
	{Topic: "sshd", What: "sshd shows an Ed25519 or RSA host key, and none on a NIST curve",
		Why:   "nobody knows how the numbers of those curves were chosen",
		Rules: []string{"ssh-audit"}, From: Strict, requires: algorithms("HostKeyAlgorithms", []string{"sk-ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519-cert-v01@openssh.com",
			"rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com", "ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256"})},
	{Topic: "sshd", What: "the server has an RSA host key of 4096 bits besides the one of Ed25519",
		Why:   "older clients may know no other type",
		Rules: []string{"ssh-audit"}, From: Strict, Systems: older, requires: []requirement{
			generated{"/etc/ssh/ssh_host_rsa_key", "ssh-keygen -q -t rsa -b 4096 -N '' -f /etc/ssh/ssh_host_rsa_key"},
			sshd("HostKey", "/etc/ssh/ssh_host_ed25519_key"), sshd("HostKey", "/etc/ssh/ssh_host_rsa_key")}},
	{Topic: "sshd", What: "sshd accepts RSA keys of 3072 bits or more",
		Why:   "shorter ones will be broken first",
		Rules: []string{"ANSSI R68"}, From: Strict, requires: []requirement{sshd("RequiredRSASize", "3072")}},
}

func algorithms(keyword string, lists ...[]string) []requirement {
	var names []string
	for _, l := range lists {
		names = append(names, l...)
	}
	return []requirement{sshd(keyword, strings.Join(names, ","))}
}
