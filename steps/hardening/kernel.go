package hardening

var kernelTopic = Topic{Name: "kernel", Title: "the kernel's own defences", Limit: short}

// kernelSettings are about the network, which a container has of its own, and
// about the rest, which it has not.
var kernelSettings = []Setting{
	{Topic: "kernel", What: "packets that come from where they can't are dropped and logged", Why: "a forged sender hides an attacker",
		Rules: []string{"CIS 3.3.7", "CIS 3.3.9", "ANSSI R12", "Lynis KRNL-6000"}, From: Standard, wants: all(
			kernel("net.ipv4.conf.all.rp_filter", "1"), kernel("net.ipv4.conf.default.rp_filter", "1"),
			kernel("net.ipv4.conf.all.log_martians", "1"), kernel("net.ipv4.conf.default.log_martians", "1"))},
	{Topic: "kernel", What: "no redirects and no source routes, sent or taken", Why: "others must not bend the way that packets go",
		Rules: []string{"CIS 3.3.2", "CIS 3.3.5", "CIS 3.3.6", "CIS 3.3.8", "ANSSI R12", "Lynis KRNL-6000"}, From: Standard, wants: all(
			kernel("net.ipv4.conf.all.accept_redirects", "0"), kernel("net.ipv4.conf.default.accept_redirects", "0"),
			kernel("net.ipv4.conf.all.secure_redirects", "0"), kernel("net.ipv4.conf.default.secure_redirects", "0"),
			kernel("net.ipv4.conf.all.send_redirects", "0"), kernel("net.ipv4.conf.default.send_redirects", "0"),
			kernel("net.ipv4.conf.all.accept_source_route", "0"), kernel("net.ipv4.conf.default.accept_source_route", "0"),
			kernel("net.ipv6.conf.all.accept_redirects", "0"), kernel("net.ipv6.conf.default.accept_redirects", "0"),
			kernel("net.ipv6.conf.all.accept_source_route", "0"), kernel("net.ipv6.conf.default.accept_source_route", "0"))},
	{Topic: "kernel", What: "no answer to pings of everybody, and none to errors that make no sense", Why: "they are used to flood others",
		Rules: []string{"CIS 3.3.3", "CIS 3.3.4", "ANSSI R12", "Lynis KRNL-6000"}, From: Standard, wants: all(
			kernel("net.ipv4.icmp_echo_ignore_broadcasts", "1"), kernel("net.ipv4.icmp_ignore_bogus_error_responses", "1"))},
	{Topic: "kernel", What: "connections are kept up under a flood of half-open ones", Why: "a flood must not keep others out",
		Rules: []string{"CIS 3.3.10", "ANSSI R12", "Lynis KRNL-6000"}, From: Standard, wants: all(
			kernel("net.ipv4.tcp_syncookies", "1"), kernel("net.ipv4.tcp_rfc1337", "1"))},
	{Topic: "kernel", What: "the server forwards no packets", Why: "it is no router",
		Rules: []string{"CIS 3.3.1", "ANSSI R12"}, From: Strict, wants: all(
			kernel("net.ipv4.ip_forward", "0"), kernel("net.ipv4.conf.all.forwarding", "0"), kernel("net.ipv4.conf.default.forwarding", "0"),
			kernel("net.ipv6.conf.all.forwarding", "0"), kernel("net.ipv6.conf.default.forwarding", "0"))},
	{Topic: "kernel", What: "networks are kept apart: no packet comes to the server's own address by another card, and no neighbour speaks for all", Why: "a server with two cards must not join what is apart",
		Rules: []string{"ANSSI R12"}, From: Strict, wants: all(
			kernel("net.ipv4.conf.all.route_localnet", "0"), kernel("net.ipv4.conf.all.accept_local", "0"),
			kernel("net.ipv4.conf.all.shared_media", "0"), kernel("net.ipv4.conf.default.shared_media", "0"))},
	{Topic: "kernel", What: "connections leave from twice as many ports", Why: "whoever forges an answer has to guess among more",
		Rules: []string{"ANSSI R12"}, From: Strict, wants: kernel("net.ipv4.ip_local_port_range", "32768 65535")},
	{Topic: "kernel", What: "a kernel that has stumbled starts anew after ten seconds", Why: "what it does from then on can't be trusted",
		Rules: []string{"ANSSI R9"}, From: Strict, OwnKernel: true, wants: all(
			kernel("kernel.panic_on_oops", "1"), kernel("kernel.panic", "10"))},
	{Topic: "kernel", What: "no program measures others closely or maps the lowest addresses, and there are 65536 processes at most", Why: "measuring leaks secrets, and holes in the kernel are reached by both others",
		Rules: []string{"ANSSI R9"}, From: Strict, OwnKernel: true, wants: all(
			kernel("kernel.perf_event_max_sample_rate", "1"), kernel("kernel.perf_cpu_time_max_percent", "1"),
			kernel("kernel.pid_max", "65536"), kernel("vm.mmap_min_addr", "65536"))},
	{Topic: "kernel", What: "the kernel's messages and addresses are for root only", Why: "exploits need to know where things are",
		Rules: []string{"CIS 1.5.1", "ANSSI R9", "Lynis KRNL-6000"}, From: Standard, OwnKernel: true, wants: all(
			kernel("kernel.dmesg_restrict", "1"), kernel("kernel.kptr_restrict", "2"), kernel("kernel.randomize_va_space", "2"))},
	{Topic: "kernel", What: "no links into others' files, no dumps of programs that changed their user", Why: "these are old ways to become root",
		Rules: []string{"CIS 1.5.3", "ANSSI R14", "Lynis KRNL-6000"}, From: Standard, OwnKernel: true, wants: all(
			kernel("fs.protected_hardlinks", "1"), kernel("fs.protected_symlinks", "1"),
			kernel("fs.protected_fifos", "2"), kernel("fs.protected_regular", "2"), kernel("fs.suid_dumpable", "0"))},
	{Topic: "kernel", What: "programs look into their own children only, and no program of users is loaded into the kernel", Why: "a broken-in app must not read another's memory",
		Rules: []string{"CIS 1.5.2", "ANSSI R9", "ANSSI R11", "Lynis KRNL-6000"}, From: Standard, OwnKernel: true, wants: all(
			kernel("kernel.yama.ptrace_scope", "1"), kernel("kernel.unprivileged_bpf_disabled", "1"),
			kernel("net.core.bpf_jit_harden", "2"), kernel("kernel.perf_event_paranoid", "3"))},
	{Topic: "kernel", What: "no console keys, no loading of another kernel, no terminal line disciplines", Why: "nobody sits at the server, and all three have had holes",
		Rules: []string{"ANSSI R9", "Lynis KRNL-6000"}, From: Standard, OwnKernel: true, wants: all(
			kernel("kernel.sysrq", "0"), kernel("kernel.kexec_load_disabled", "1"), kernel("dev.tty.ldisc_autoload", "0"))},
}
