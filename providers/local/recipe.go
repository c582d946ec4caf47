package local

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"al.essio.dev/pkg/shellescape"
)

// keyring holds the keys that sign Debian's archive. It has the same path on this
// computer and in the image.
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

// included are the packages that Debian has on a rented server and that a minimal
// Debian lacks. What Slipway installs on servers must not be among them: on a
// machine of this computer Slipway must do all that it does on a rented server.
var included = []string{
	"ca-certificates", "cloud-init", "cron", "curl", "dbus", "iproute2", "iputils-ping",
	"less", "libpam-systemd", "logrotate", "netbase", "nftables", "openssh-server",
	"procps", "python3", "sudo", "systemd", "systemd-sysv", "systemd-timesyncd", "tzdata",
}

// builders are the tools that build every recipe.
func builders() []tool {
	return []tool{
		{pkg: "mmdebstrap", files: []string{"/usr/bin/mmdebstrap"}, why: "it builds the machine's base image"},
		{pkg: "debian-archive-keyring", files: []string{keyring}, why: "Debian's packages are checked against it"},
	}
}

// packages are the packages that the image is made of.
func (b recipe) packages() []string {
	var kernel []string
	if b.form == asDisk {
		kernel = []string{"linux-image-cloud-" + b.arch, "apparmor", "e2fsprogs", "udev"}
	}
	return slices.Concat(included, kernel, b.baked)
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

// isolated runs a command in namespaces of its own: its processes and its mounts end
// when it ends or is killed.
func isolated(argv []string) []string {
	return append([]string{"unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"}, usualModes(argv)...)
}

// hooks are commands that mmdebstrap runs when the new system can run programs. They
// add this computer's certificate authorities.
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

// sources are the parts of the archive, each with its keyring, as apt's one-line
// sources.
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
		// It is empty, not absent: systemd then makes an id, but does not treat the
		// boot as the very first, at which it would enable services by preset.
		{path: "etc/machine-id", mode: 0o444, text: ""},
		{path: "etc/resolv.conf", mode: 0o644, text: "nameserver " + guestResolver + "\n"},
	}
	if b.form == asDisk {
		list = append(list,
			treeFile{path: "etc/fstab", mode: 0o644, text: "LABEL=" + rootLabel + " / ext4 errors=remount-ro 0 1\n"},
			treeFile{path: "etc/systemd/network/80-ethernet.network", mode: 0o644, text: "[Match]\nType=ether\n\n[Network]\nDHCP=ipv4\n"},
			// If /usr is younger than these, systemd runs what updates /etc and /var.
			// The packages have just done that.
			treeFile{path: "etc/.updated", mode: 0o644},
			treeFile{path: "var/.updated", mode: 0o644},
		)
	}
	return list
}

// unwanted are patterns of files that are removed from the finished tree: those that
// each machine must have of its own, and those that the files above replace.
var unwanted = []string{
	"etc/apt/sources.list",
	"etc/resolv.conf",
	"etc/ssh/ssh_host_*",
	"var/lib/dbus/machine-id",
	"var/lib/systemd/random-seed",
}

// cloudConfig limits cloud-init to the data in the machine's tree: to look for a
// cloud's metadata server would take a minute. The network is set up from outside,
// and the disk has no partition to grow.
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

// finish turns the tree that mmdebstrap filled into an image.
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
		if err := makeFolders(dir, filepath.Dir(path), 0o755); err != nil {
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
