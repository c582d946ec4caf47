package local

import (
	"strings"

	"al.essio.dev/pkg/shellescape"
)

// slirp4netns gives every guest the same addresses, each in its own namespace.
const (
	guestAddress  = "10.0.2.100"
	guestResolver = "10.0.2.3"
)

// rebootStatus is systemd-nspawn's exit status when, started with --keep-unit,
// its guest asked to be rebooted.
const rebootStatus = "133"

// nspawnCommand boots the tree of l. Without CAP_NET_ADMIN a guest can't have
// its firewall; without CAP_SYSLOG its journal misses the kernel's lines.
func nspawnCommand(l layout) []string {
	return []string{
		"systemd-nspawn", "--quiet", "--directory=" + l.root(), "--boot", "--machine=" + l.id,
		"--register=no", "--keep-unit", "--network-namespace-path=" + l.netns(),
		"--capability=CAP_NET_ADMIN,CAP_SYSLOG", "--resolv-conf=off", "--link-journal=no",
		"--timezone=off", "--console=read-only",
	}
}

// nspawnEnv is the whole environment of the machine's processes. The operator's
// own may hold credentials and has no business in what outlives the command.
func nspawnEnv() []string {
	return append(baseEnv(),
		"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1",
		"SYSTEMD_NSPAWN_API_VFS_WRITABLE=network",
		// What is mounted on /tmp is for the guest's own Debian to say.
		"SYSTEMD_NSPAWN_TMPFS_TMP=0",
		// Its lock files would outlive a kill; the deployment's lock is enough.
		"SYSTEMD_NSPAWN_LOCK=0",
	)
}

func baseEnv() []string {
	return []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"}
}

// slirpCommand carries the packets of l's namespace. The guest may not reach
// what listens on this computer's loopback addresses: a rented server couldn't.
// Its sandbox unmounts all but a few folders; without a private view of the
// mounts that would reach this computer's /run/netns, which ip makes shared.
func slirpCommand(l layout, readyFD string) []string {
	return []string{
		"unshare", "--mount", "--propagation=private", "--", "slirp4netns", "--configure", "--mtu=65520", "--disable-host-loopback",
		"--enable-sandbox", "--enable-seccomp", "--netns-type=path", "--ready-fd=" + readyFD,
		"--api-socket=" + l.socket(), l.netns(), "tap0",
	}
}

// joinScript makes the shell that runs it a member of the groups. "0" is who
// writes, where "$$" would be the outermost shell.
func joinScript(procs []string) string {
	var script strings.Builder
	for _, path := range procs {
		script.WriteString("echo 0 >" + shellescape.Quote(path) + " || exit 1\n")
	}
	return script.String()
}

// detachScript joins the groups, leaves argv running in the background and ends:
// the orphan is then init's to reap, however long this command goes on.
func detachScript(procs, argv []string) string {
	return joinScript(procs) + shellescape.QuoteCommand(argv) + " &\n"
}

// superviseScript is the same for a guest that must come back when it reboots.
// The shell stays in a group beside the guest's: the kernel allows no processes
// in a group whose members are themselves groups with controllers.
func superviseScript(watch, guest, argv []string) string {
	return joinScript(watch) + "while\n(\n" + joinScript(guest) + "exec " + shellescape.QuoteCommand(argv) +
		"\n)\n[ $? -eq " + rebootStatus + " ]\ndo :; done &\n"
}

// overlayOptions lay the machine's own files over the base image.
func overlayOptions(l layout, image string) string {
	escape := strings.NewReplacer(`\`, `\\`, `,`, `\,`, `:`, `\:`).Replace
	return "lowerdir=" + escape(image) + ",upperdir=" + escape(l.upper()) + ",workdir=" + escape(l.work())
}
