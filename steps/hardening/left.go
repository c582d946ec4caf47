package hardening

import "path"

// Leftover is what benchmarks ask for and even Strict leaves as it is.
type Leftover struct {
	// What is left, and Why, each in a few words.
	What, Why string
	// Rules are the names that OpenSCAP has for it, as patterns of path.Match.
	Rules []string
}

// LeftFor finds why a rule of OpenSCAP's is not answered.
func LeftFor(rule string) (Leftover, bool) {
	for _, l := range left {
		for _, pattern := range l.Rules {
			if ok, err := path.Match(pattern, rule); ok && err == nil {
				return l, true
			}
		}
	}
	return Leftover{}, false
}

// Left is all that is left as it is.
func Left() []Leftover { return append([]Leftover(nil), left...) }

var left = []Leftover{
	// What a server of web apps should not have, or should have otherwise.
	{"partitions of their own for /home, /srv, /usr, /var and others", "a rented server has one disk, and disks of running servers can't be divided", []string{"partition_for_*"}},
	{"nginx is not removed", "it serves the app", []string{"package_nginx_removed", "service_nginx_disabled"}},
	{"ufw, iptables", "nftables is the firewall, and two would fight", []string{"package_ufw_installed", "package_iptables_installed"}},
	{"a boot loader's AppArmor options", "Debian's kernels have AppArmor on without them, and a container has no boot loader", []string{"grub2_enable_apparmor"}},
	{"pam_apparmor", "it does nothing without a profile for each user", []string{"package_pam_apparmor_installed"}},
	{"no router advertisements, no automatic IPv6 addresses", "many clouds give a server its IPv6 address that way", []string{"sysctl_net_ipv6_conf_*_accept_ra", "sysctl_net_ipv6_conf_*_accept_ra_*", "sysctl_net_ipv6_conf_*_autoconf", "sysctl_net_ipv6_conf_*_max_addresses", "sysctl_net_ipv6_conf_*_router_solicitations"}},
	{"ARP answered in the same network only, gratuitous ARP dropped", "a gateway outside of the server's network, as some clouds have, or one that moves, would not be reached any more", []string{"sysctl_net_ipv4_conf_all_arp_ignore", "sysctl_net_ipv4_conf_all_drop_gratuitous_arp", "sysctl_net_ipv4_conf_all_arp_filter"}},
	{"no kernel modules after boot", "the firewall and updates load some", []string{"sysctl_kernel_modules_disabled"}},
	{"sudo without a terminal, with arguments listed, without commands of commands", "slipway itself could not work through it", []string{"sudo_add_requiretty", "sudo_add_noexec", "sudoers_explicit_command_args", "sudoers_no_root_target"}},
	{"sudo for one group only, new files of root for root only", "an update of sudo undoes the first, and what an administrator installs could not be used", []string{"sudo_dedicated_group", "file_permissions_sudo", "sudo_add_umask"}},
	{"umask 077", "027 keeps others out already; groups are there to share", []string{"accounts_umask_etc_*"}},
	{"a password of root that ends", "root has none, and an account that ended would stop its timed jobs", []string{"accounts_password_set_max_life_root"}},
	{"yescrypt at its highest cost", "one password would take a gigabyte of memory", []string{"accounts_password_pam_unix_rounds_password_auth"}},
	{"audit rules that only a reboot can change, and one for every program with more rights", "they could not be corrected, and the list is the system's own: sudo and kmod are told of", []string{"audit_rules_immutable", "audit_rules_privileged_commands"}},
	{"logs sent to another server", "that takes a server to send them to", []string{"rsyslog_remote_*", "package_rsyslog-gnutls_installed", "systemd_journal_upload_*", "package_systemd-journal-remote_installed"}},
	{"mail to root and about AIDE", "the server sends no mail; the journal has it", []string{"postfix_client_configure_mail_alias", "aide_scan_notification"}},
	{"/var/log for root and its group only", "packages and rotation make a few files there that all may read, none with secrets", []string{"permissions_local_var_log"}},
	{"/etc/securetty", "nothing on Debian reads it any more", []string{"no_direct_root_logins"}},
	// What is so, but not where the benchmark looks for it.
	{"sshd's settings in its main file", "they are in sshd_config.d, which wins; sshd -T shows it", []string{"sshd_*", "disable_host_auth"}},
	{"the journal's settings in its main file; both to syslog and not", "they are in journald.conf.d; the benchmark asks for both", []string{"journald_*"}},
	{"pam_faillock in one certain order, its folder in /var/log", "pam-auth-update orders it otherwise, and Debian's is in /run", []string{"accounts_passwords_pam_faillock_*", "audit_rules_login_events_faillock"}},
	{"nullok in PAM", "Debian's own profile has it; no account's password is empty and sshd lets none in", []string{"no_empty_passwords_unix"}},
	{"AIDE by the old name of its database, by cron, with ACLs", "a timer runs it with what this version of AIDE reads", []string{"aide_build_database", "aide_periodic_*", "aide_verify_*"}},
	{"nftables wanted by multi-user.target", "Debian starts it earlier, before the network", []string{"service_nftables_enabled"}},
	{"logrotate by cron, daily for all", "a timer runs it daily, and each log has its own rule", []string{"ensure_logrotate_activated"}},
	{"the owner of logs", "the benchmark looks for Ubuntu's user syslog, and fails without", []string{"file_ownerships_var_log"}},
	{"settings of the kernel that a file of Debian's names too", "slipway's file is read after it; a server's kernel has slipway's value", []string{"sysctl_fs_protected_fifos", "sysctl_kernel_pid_max"}},
	{"programs measured by who may", "the benchmark asks for a 2, Debian's kernel knows a stricter 3", []string{"sysctl_kernel_perf_event_paranoid"}},
	{"a harder compiler of network filters", "it is set; the benchmark can't read it in a login, which sshd's sandbox keeps from the kernel", []string{"sysctl_net_core_bpf_jit_harden"}},
	{"the clock's servers by name", "the network's own or Debian's are asked, as it and Debian say", []string{"service_timesyncd_*"}},
	// What only a server with a kernel of its own has.
	{"settings of the kernel", "a container has its host's kernel; on a server of its own they are set", []string{"sysctl_kernel_*", "sysctl_fs_*", "sysctl_vm_*", "kernel_config_*", "kernel_module_*", "prefer_64bit_os"}},
	{"AppArmor, auditd and the clock's service running", "a container has its host's", []string{"apparmor_configured", "all_apparmor_profiles_*", "service_auditd_enabled", "ntp_single_service_active", "package_chrony_installed", "service_chronyd_or_ntpd_enabled"}},
	{"nodev on the host's files that a container shows", "systemd-nspawn mounts them", []string{"mount_option_nodev_nonroot_local_partitions"}},
}
