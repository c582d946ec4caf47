package local

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"al.essio.dev/pkg/shellescape"
)

// keyring holds the keys that sign Debian's archive. The same path is right on
// this computer and in the image.
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

// included is what a rented server's stock Debian has and a minimal one lacks.
// What Slipway installs on servers must not be here: a rehearsal on a machine
// of this computer must do all that a rented server would need.
var included = []string{
	"ca-certificates", "cloud-init", "cron", "curl", "dbus", "iproute2", "iputils-ping",
	"less", "libpam-systemd", "logrotate", "netbase", "nftables", "openssh-server",
	"procps", "python3", "sudo", "systemd", "systemd-sysv", "systemd-timesyncd", "tzdata",
}

// builders are what every recipe is built with.
func builders() []tool {
	return []tool{
		{pkg: "mmdebstrap", files: []string{"/usr/bin/mmdebstrap"}, why: "it builds the machine's base image"},
		{pkg: "debian-archive-keyring", files: []string{keyring}, why: "Debian's packages are checked against it"},
	}
}

// packages are what the image is made of.
func (b recipe) packages() []string {
	if b.form == asDisk {
		kernel := []string{"linux-image-cloud-" + b.arch, "apparmor", "e2fsprogs", "udev"}
		return slices.Concat(included, kernel, b.baked)
	}
	return included
}

// command is the mmdebstrap call that fills dir.
func (b recipe) command(dir string) []string {
	argv := []string{
		"mmdebstrap", "--verbose", "--mode=root", "--format=directory", "--variant=minbase",
		"--architectures=" + b.arch, "--include=" + strings.Join(b.packages(), ","),
	}
	if b.form == asDisk {
		argv = append(argv, "--essential-hook="+leanInitramfs, "--customize-hook="+enableNetwork)
	}
	for _, hook := range b.hooks() {
		argv = append(argv, "--customize-hook="+hook)
	}
	argv = append(argv, b.system.suite, dir)
	return append(argv, b.sources()...)
}

// isolated wraps a command so that its processes and mounts end with it: it
// runs in namespaces of its own, and killing it kills all that it started.
func isolated(argv []string) []string {
	return append([]string{"unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"}, argv...)
}

// hooks are run by mmdebstrap while the new system can run programs.
func (b recipe) hooks() []string {
	if len(b.certificates) == 0 {
		return nil
	}
	var copyIn strings.Builder
	copyIn.WriteString("copy-in")
	for _, c := range b.certificates {
		copyIn.WriteString(" " + shellescape.Quote(c.path))
	}
	return []string{
		`mkdir -p "$1"` + certificateFolder,
		copyIn.String() + " " + certificateFolder,
		`chroot "$1" update-ca-certificates`,
	}
}

// sources are the archive's parts in one-line form, each with its keyring.
func (b recipe) sources() []string {
	signed := "deb [signed-by=" + keyring + "] "
	return []string{
		signed + "http://deb.debian.org/debian " + b.system.suite + " main",
		signed + "http://deb.debian.org/debian " + b.system.suite + "-updates main",
		signed + "http://deb.debian.org/debian-security " + b.system.suite + "-security main",
	}
}

// treeFile is a file that the finished image has.
type treeFile struct {
	path, text string
	mode       os.FileMode
}

// files are written into the tree once mmdebstrap has filled it.
func (b recipe) files() []treeFile {
	list := []treeFile{
		{path: "etc/apt/sources.list.d/debian.sources", mode: 0o644, text: b.debianSources()},
		{path: "etc/cloud/cloud.cfg.d/95_local.cfg", mode: 0o644, text: cloudConfig},
		{path: "etc/hostname", mode: 0o644, text: "debian\n"},
		{path: "etc/default/locale", mode: 0o644, text: "LANG=C.UTF-8\n"},
		// Empty, not absent: systemd then makes one without taking the boot for
		// the very first, at which it would enable all services by preset.
		{path: "etc/machine-id", mode: 0o444, text: ""},
		{path: "etc/resolv.conf", mode: 0o644, text: "nameserver " + guestResolver + "\n"},
	}
	if b.form == asDisk {
		list = append(list,
			treeFile{path: "etc/fstab", mode: 0o644, text: "LABEL=" + rootLabel + " / ext4 errors=remount-ro 0 1\n"},
			treeFile{path: "etc/systemd/network/80-ethernet.network", mode: 0o644, text: "[Match]\nType=ether\n\n[Network]\nDHCP=ipv4\n"},
			// What systemd makes anew for a /usr that is younger than these: the
			// packages have just made it.
			treeFile{path: "etc/.updated", mode: 0o644},
			treeFile{path: "var/.updated", mode: 0o644},
		)
	}
	return list
}

// unwanted is removed from the finished tree: what must be each machine's own,
// and what the files above replace. They are patterns.
var unwanted = []string{
	"etc/apt/sources.list",
	"etc/resolv.conf",
	"etc/ssh/ssh_host_*",
	"var/lib/dbus/machine-id",
	"var/lib/systemd/random-seed",
}

// cloudConfig limits cloud-init to the data that lies in the machine's tree:
// looking for a cloud's metadata server would cost a minute. The network is
// made from outside, and the disk has no partition to grow.
const cloudConfig = `datasource_list: [ NoCloud ]
network: { config: disabled }
manage_etc_hosts: true
growpart: { mode: 'off' }
resize_rootfs: false
apt: { preserve_sources_list: true }
`

func (b recipe) debianSources() string {
	stanza := func(uri string, suites ...string) string {
		return "Types: deb\nURIs: " + uri + "\nSuites: " + strings.Join(suites, " ") +
			"\nComponents: main\nSigned-By: " + keyring + "\n"
	}
	return stanza("http://deb.debian.org/debian", b.system.suite, b.system.suite+"-updates") +
		"\n" + stanza("http://deb.debian.org/debian-security", b.system.suite+"-security")
}

// finish makes the tree that mmdebstrap filled into an image.
func (b recipe) finish(dir string) error {
	for _, pattern := range unwanted {
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		for _, path := range paths {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	for _, f := range b.files() {
		path := filepath.Join(dir, f.path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(f.text), f.mode); err != nil {
			return err
		}
		if err := os.Chmod(path, f.mode); err != nil {
			return err
		}
	}
	return nil
}
