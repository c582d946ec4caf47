package hardening

var kernelTopic = Topic{Name: "kernel", Title: "the kernel's own protections", Limit: shortLimit}

// kernelSettings are about the network, which a container has of its own, and about
// the rest of the kernel, which it shares with its host.
var kernelSettings = []Setting{
	{Topic: "kernel", What: "the kernel drops and logs packets with an impossible sender",
		Why:   "a forged sender hides an attacker",
		Rules: []string{"CIS 3.3.7", "CIS 3.3.9", "ANSSI R12", "Lynis KRNL-6000"}, From: Standard, requires: joined(
			kernel("net.ipv4.conf.all.rp_filter", "1"), kernel("net.ipv4.conf.default.rp_filter", "1"),
			kernel("net.ipv4.conf.all.log_martians", "1"), kernel("net.ipv4.conf.default.log_martians", "1"))},
	{Topic: "kernel", What: "the kernel sends and accepts no redirects and no source routes",
		Why:   "others must not choose the way that packets take",
		Rules: []string{"CIS 3.3.2", "CIS 3.3.5", "CIS 3.3.6", "CIS 3.3.8", "ANSSI R12", "Lynis KRNL-6000"}, From: Standard, requires: joined(
			kernel("net.ipv4.conf.all.accept_redirects", "0"), kernel("net.ipv4.conf.default.accept_redirects", "0"),
			kernel("net.ipv4.conf.all.secure_redirects", "0"), kernel("net.ipv4.conf.default.secure_redirects", "0"),
			kernel("net.ipv4.conf.all.send_redirects", "0"), kernel("net.ipv4.conf.default.send_redirects", "0"),
			kernel("net.ipv4.conf.all.accept_source_route", "0"), kernel("net.ipv4.conf.default.accept_source_route", "0"),
			kernel("net.ipv6.conf.all.accept_redirects", "0"), kernel("net.ipv6.conf.default.accept_redirects", "0"),
			kernel("net.ipv6.conf.all.accept_source_route", "0"), kernel("net.ipv6.conf.default.accept_source_route", "0"))},
	{Topic: "kernel", What: "the kernel ignores broadcast pings and malformed error messages",
		Why:   "attackers use them to flood others",
		Rules: []string{"CIS 3.3.3", "CIS 3.3.4", "ANSSI R12", "Lynis KRNL-6000"}, From: Standard, requires: joined(
			kernel("net.ipv4.icmp_echo_ignore_broadcasts", "1"), kernel("net.ipv4.icmp_ignore_bogus_error_responses", "1"))},
	{Topic: "kernel", What: "the kernel accepts connections even during a flood of half-open ones",
		Why:   "a flood must not keep others out",
		Rules: []string{"CIS 3.3.10", "ANSSI R12", "Lynis KRNL-6000"}, From: Standard, requires: joined(
			kernel("net.ipv4.tcp_syncookies", "1"), kernel("net.ipv4.tcp_rfc1337", "1"))},
	{Topic: "kernel", What: "the server forwards no packets",
		Why:   "it is not a router",
		Rules: []string{"CIS 3.3.1", "ANSSI R12"}, From: Strict, NoForwarding: true, requires: joined(
			kernel("net.ipv4.ip_forward", "0"), kernel("net.ipv4.conf.all.forwarding", "0"), kernel("net.ipv4.conf.default.forwarding", "0"),
			kernel("net.ipv6.conf.all.forwarding", "0"), kernel("net.ipv6.conf.default.forwarding", "0"))},
	{Topic: "kernel", What: "the server keeps the networks of its interfaces apart",
		Why:   "a server with two interfaces must not connect what is separate",
		Rules: []string{"ANSSI R12"}, From: Strict, requires: joined(
			kernel("net.ipv4.conf.all.route_localnet", "0"), kernel("net.ipv4.conf.all.accept_local", "0"),
			kernel("net.ipv4.conf.all.shared_media", "0"), kernel("net.ipv4.conf.default.shared_media", "0"))},
	{Topic: "kernel", What: "outgoing connections use twice as many ports",
		Why:   "an attacker who forges an answer has to guess among more",
		Rules: []string{"ANSSI R12"}, From: Strict, requires: kernel("net.ipv4.ip_local_port_range", "32768 65535")},
	{Topic: "kernel", What: "the server reboots ten seconds after an error inside the kernel",
		Why:   "nothing that a kernel does after such an error can be trusted",
		Rules: []string{"ANSSI R9"}, From: Strict, OwnKernel: true, requires: joined(
			kernel("kernel.panic_on_oops", "1"), kernel("kernel.panic", "10"))},
	{Topic: "kernel", What: "the kernel limits profiling, keeps programs off the lowest memory addresses, and allows at most 65536 processes",
		Why:   "profiling leaks secrets, and attacks on the kernel need the other two",
		Rules: []string{"ANSSI R9"}, From: Strict, OwnKernel: true, requires: joined(
			kernel("kernel.perf_event_max_sample_rate", "1"), kernel("kernel.perf_cpu_time_max_percent", "1"),
			kernel("kernel.pid_max", "65536"), kernel("vm.mmap_min_addr", "65536"))},
	{Topic: "kernel", What: "only root reads the kernel's messages and addresses, and programs lie at random addresses",
		Why:   "exploits need to know where things are",
		Rules: []string{"CIS 1.5.1", "ANSSI R9", "Lynis KRNL-6000"}, From: Standard, OwnKernel: true, requires: joined(
			kernel("kernel.dmesg_restrict", "1"), kernel("kernel.kptr_restrict", "2"), kernel("kernel.randomize_va_space", "2"))},
	{Topic: "kernel", What: "links do not lead into other users' files, and a program that changed its user leaves no memory dump",
		Why:   "these are old ways to become root",
		Rules: []string{"CIS 1.5.3", "ANSSI R14", "Lynis KRNL-6000"}, From: Standard, OwnKernel: true, requires: joined(
			kernel("fs.protected_hardlinks", "1"), kernel("fs.protected_symlinks", "1"),
			kernel("fs.protected_fifos", "2"), kernel("fs.protected_regular", "2"), kernel("fs.suid_dumpable", "0"))},
	{Topic: "kernel", What: "a program traces only its own children, and users load no programs into the kernel",
		Why:   "a compromised app must not read the memory of others",
		Rules: []string{"CIS 1.5.2", "ANSSI R9", "ANSSI R11", "Lynis KRNL-6000"}, From: Standard, OwnKernel: true, requires: joined(
			kernel("kernel.yama.ptrace_scope", "1"), kernel("kernel.unprivileged_bpf_disabled", "1"),
			kernel("net.core.bpf_jit_harden", "2"), kernel("kernel.perf_event_paranoid", "3"))},
	{Topic: "kernel", What: "console keys, loading another kernel and loading terminal line disciplines are off",
		Why:   "nobody sits at the server, and all three have had holes",
		Rules: []string{"ANSSI R9", "Lynis KRNL-6000"}, From: Standard, OwnKernel: true, requires: joined(
			kernel("kernel.sysrq", "0"), kernel("kernel.kexec_load_disabled", "1"), kernel("dev.tty.ldisc_autoload", "0"))},
}
