package hardening

import (
	"path"
	"slices"
)

// Exception is something that benchmarks ask for and that even Strict does not set,
// or sets where they do not look.
type Exception struct {
	// What the benchmarks ask for, in a few words. Why is a clause that follows
	// "because".
	What, Why string
	// Rules are OpenSCAP's names of it, as patterns of path.Match.
	Rules []string
}

// ExceptionFor finds the exception that a rule of OpenSCAP's falls under.
func ExceptionFor(rule string) (Exception, bool) {
	for _, e := range exceptions {
		for _, pattern := range e.Rules {
			if ok, err := path.Match(pattern, rule); ok && err == nil {
				return e, true
			}
		}
	}
	return Exception{}, false
}

// Exceptions are all of them.
func Exceptions() []Exception { return slices.Clone(exceptions) }

var exceptions = []Exception{
	// A server of web apps should not have these, or should have something else.
	{"separate partitions for /home, /srv, /usr, /var and others", "a rented server has one disk, and the disk of a running server can't be divided",
		[]string{"partition_for_*"}},
	{"removal of nginx", "it serves the app",
		[]string{"package_nginx_removed", "service_nginx_disabled"}},
	{"ufw or iptables", "nftables is the firewall, and two firewalls would conflict",
		[]string{"package_ufw_installed", "package_iptables_installed"}},
	{"AppArmor options of the boot loader", "Debian's kernels enable AppArmor without them, and a container has no boot loader",
		[]string{"grub2_enable_apparmor"}},
	{"pam_apparmor", "it does nothing without a profile for each user",
		[]string{"package_pam_apparmor_installed"}},
	{"no IPv6 router advertisements and no automatic IPv6 addresses", "many clouds give a server its IPv6 address that way",
		[]string{"sysctl_net_ipv6_conf_*_accept_ra", "sysctl_net_ipv6_conf_*_accept_ra_*", "sysctl_net_ipv6_conf_*_autoconf", "sysctl_net_ipv6_conf_*_max_addresses", "sysctl_net_ipv6_conf_*_router_solicitations"}},
	{"ARP answers only within the same network, and no gratuitous ARP", "some clouds have a gateway outside the server's network or one that moves, which the server would lose",
		[]string{"sysctl_net_ipv4_conf_all_arp_ignore", "sysctl_net_ipv4_conf_all_drop_gratuitous_arp", "sysctl_net_ipv4_conf_all_arp_filter"}},
	{"no kernel modules after boot", "the firewall and updates load some",
		[]string{"sysctl_kernel_modules_disabled"}},
	{"sudo that requires a terminal, lists the allowed arguments and forbids a command to start others", "slipway itself could not work through it",
		[]string{"sudo_add_requiretty", "sudo_add_noexec", "sudoers_explicit_command_args", "sudoers_no_root_target"}},
	{"sudo for one group only, and new files of root for root only", "an update of sudo undoes the first, and nobody else could use what an administrator installs",
		[]string{"sudo_dedicated_group", "file_permissions_sudo", "sudo_add_umask"}},
	{"umask 077", "027 keeps others out already, and groups exist to share files",
		[]string{"accounts_umask_etc_*"}},
	{"an expiry date for root's password", "root has no password, and an expired account would not run its timed jobs",
		[]string{"accounts_password_set_max_life_root"}},
	{"yescrypt at its highest cost", "one password would take a gigabyte of memory",
		[]string{"accounts_password_pam_unix_rounds_password_auth"}},
	{"audit rules that only a reboot can change, and one for every program with special rights", "nobody could correct the first, and the second depend on the system; sudo and kmod have rules",
		[]string{"audit_rules_immutable", "audit_rules_privileged_commands"}},
	{"logs sent to another server", "that needs a second server",
		[]string{"rsyslog_remote_*", "package_rsyslog-gnutls_installed", "systemd_journal_upload_*", "package_systemd-journal-remote_installed"}},
	{"mail to root and about AIDE", "the server sends no mail; the journal has the reports",
		[]string{"postfix_client_configure_mail_alias", "aide_scan_notification"}},
	{"/var/log for root and its group only", "packages and log rotation make a few files there that everybody may read, none with secrets",
		[]string{"permissions_local_var_log"}},
	{"/etc/securetty", "nothing on Debian reads it any more",
		[]string{"no_direct_root_logins"}},
	// These are set, but not where the benchmark looks for them.
	{"sshd's settings in its main file", "they are in sshd_config.d, which wins, as sshd -T shows",
		[]string{"sshd_*", "disable_host_auth"}},
	{"the journal's settings in its main file, and logs both forwarded to syslog and not", "they are in journald.conf.d, and two benchmark rules contradict each other",
		[]string{"journald_*"}},
	{"a certain order of pam_faillock, and its folder in /var/log", "pam-auth-update chooses another order, and Debian's folder is in /run",
		[]string{"accounts_passwords_pam_faillock_*", "audit_rules_login_events_faillock"}},
	{"no nullok in PAM", "Debian's own profile has it; no account has an empty password, and sshd accepts none",
		[]string{"no_empty_passwords_unix"}},
	{"an older name of AIDE's database, AIDE by cron, and AIDE's check of ACLs", "a timer runs AIDE with the settings that this version reads",
		[]string{"aide_build_database", "aide_periodic_*", "aide_verify_*"}},
	{"nftables started by multi-user.target", "Debian starts it earlier, before the network",
		[]string{"service_nftables_enabled"}},
	{"logrotate by cron, and daily for all logs", "a timer runs it daily, and each log has its own rule",
		[]string{"ensure_logrotate_activated"}},
	{"the benchmark's owner of logs", "the benchmark looks for Ubuntu's user syslog, and fails where there is none",
		[]string{"file_ownerships_var_log"}},
	{"kernel settings that a file of Debian's names too", "slipway's file is read after Debian's, so a server's kernel has slipway's value",
		[]string{"sysctl_fs_protected_fifos", "sysctl_kernel_pid_max"}},
	{"profiling limited by level 2", "Debian's kernel has the stricter level 3, which is set",
		[]string{"sysctl_kernel_perf_event_paranoid"}},
	{"a hardened compiler of network filters", "it is set, but the benchmark can't read it in a login, which sshd's sandbox keeps from the kernel",
		[]string{"sysctl_net_core_bpf_jit_harden"}},
	{"time servers named in the settings", "the server asks those that its network or Debian names",
		[]string{"service_timesyncd_*"}},
	// Only a server with a kernel of its own has these.
	{"kernel settings", "a container has the kernel of its host; on a server with its own kernel they are set",
		[]string{"sysctl_kernel_*", "sysctl_fs_*", "sysctl_vm_*", "kernel_config_*", "kernel_module_*", "prefer_64bit_os"}},
	{"AppArmor, auditd and a clock service that run", "a container uses those of its host",
		[]string{"apparmor_configured", "all_apparmor_profiles_*", "service_auditd_enabled", "ntp_single_service_active", "package_chrony_installed", "service_chronyd_or_ntpd_enabled"}},
	{"nodev on the host's files that a container shows", "systemd-nspawn mounts them",
		[]string{"mount_option_nodev_nonroot_local_partitions"}},
}
