package local

import (
	_ "embed"
	"slices"
	"strings"
)

// slirp4netns gives every guest the same addresses, each in a namespace of its own.
const (
	guestAddress  = "10.0.2.100"
	guestResolver = "10.0.2.3"
)

// nspawnCommand boots the machine's tree. Without CAP_NET_ADMIN the guest can't
// have a firewall; without CAP_SYSLOG its journal lacks the kernel's lines.
func nspawnCommand(l layout) []string {
	return []string{
		"systemd-nspawn", "--quiet", "--directory=" + l.root(), "--boot", "--machine=" + l.id,
		"--register=no", "--keep-unit", "--network-namespace-path=" + l.netns(),
		"--capability=CAP_NET_ADMIN,CAP_SYSLOG", "--resolv-conf=off", "--link-journal=no",
		"--timezone=off", "--console=read-only",
	}
}

// nspawnEnv is the whole environment of the machine's processes. The operator's own
// environment may hold credentials and must not be in what outlives the command.
func nspawnEnv() []string {
	return append(baseEnv(),
		"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1",
		"SYSTEMD_NSPAWN_API_VFS_WRITABLE=network",
		// The guest's own Debian decides what is mounted on /tmp.
		"SYSTEMD_NSPAWN_TMPFS_TMP=0",
		// nspawn's lock files would outlive a kill; the deployment's lock is enough.
		"SYSTEMD_NSPAWN_LOCK=0",
	)
}

func baseEnv() []string {
	return []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"}
}

// slirpCommand carries the packets of the machine's namespace. The guest must not
// reach what listens on this computer's loopback addresses: a rented server could
// not. The sandbox of slirp4netns unmounts all but a few folders; without a private
// view of the mounts it would unmount this computer's /run/netns, which ip shares.
func slirpCommand(l layout, readyFD string) []string {
	return []string{
		"unshare", "--mount", "--propagation=private", "--", "slirp4netns", "--configure", "--mtu=65520", "--disable-host-loopback",
		"--enable-sandbox", "--enable-seccomp", "--netns-type=path", "--ready-fd=" + readyFD,
		"--api-socket=" + l.socket(), l.netns(), "tap0",
	}
}

var (
	//go:embed detach.sh
	detachScript string
	//go:embed supervise.sh
	superviseScript string
)

// endOfFiles ends a list of files among a script's arguments.
const endOfFiles = "--"

// detached is the call of a shell that leaves argv running in the background, as a
// member of the groups that procs names.
func detached(procs, argv []string) []string {
	return slices.Concat([]string{"/bin/sh", "-c", detachScript, "detach.sh"}, procs, []string{endOfFiles}, argv)
}

// supervised is the call of a shell that does the same with a guest, and boots the
// guest again whenever it asks for a reboot.
func supervised(watch, guest, argv []string) []string {
	return slices.Concat([]string{"/bin/sh", "-c", superviseScript, "supervise.sh"},
		watch, []string{endOfFiles}, guest, []string{endOfFiles}, argv)
}

// usualModes is the call of a command with the umask that a system has: what it makes is
// for other users too, whatever the operator's own umask is.
func usualModes(argv []string) []string {
	return append([]string{"/bin/sh", "-c", `umask 022; exec "$@"`, "sh"}, argv...)
}

// overlayOptions are the mount options that lay the machine's own files over the
// base image.
func overlayOptions(l layout, image string) string {
	escape := strings.NewReplacer(`\`, `\\`, `,`, `\,`, `:`, `\:`).Replace
	return "lowerdir=" + escape(image) + ",upperdir=" + escape(l.upper()) + ",workdir=" + escape(l.work())
}
