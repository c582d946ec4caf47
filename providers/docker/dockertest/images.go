package dockertest

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"al.essio.dev/pkg/shellescape"
)

// standIn is an image made of Debian's packages that does what an official one does, as
// far as what runs in it can tell.
type standIn struct {
	// names are the official images that it stands in for.
	names []string
	// suite is the Debian that it is made of.
	suite    string
	packages []string
	// user is its own user, with the number that it has in the official image; "" if it
	// has none.
	user string
	// scripts is the folder in scripts whose files it has in /usr/local/bin, with its entry
	// point; "" if it has none.
	scripts string
	// hooks are scripts for sh that change its tree, which is $1.
	hooks []string
	// changes are its settings, as lines of a Dockerfile.
	changes []string
}

// userNumber is the number of a stand-in's user and group.
const userNumber = "999"

//go:embed scripts
var scripts embed.FS

// Images are the official images that a test's engine can have.
func Images() []string {
	var names []string
	for _, s := range standIns {
		names = append(names, s.names...)
	}
	slices.Sort(names)
	return names
}

// find finds the image that stands in for an official one.
func find(name string) (standIn, error) {
	for _, s := range standIns {
		if slices.Contains(s.names, name) {
			return s, nil
		}
	}
	return standIn{}, fmt.Errorf("no image stands in for %s; these are there: %s", name, strings.Join(Images(), ", "))
}

// certificates are the computer's own authorities: in a network that re-signs TLS, a
// container without them can connect to nothing.
func certificates() ([]string, error) { return filepath.Glob("/usr/local/share/ca-certificates/*.crt") }

// bundle holds all authorities that a container trusts.
const bundle = "/etc/ssl/certs/ca-certificates.crt"

// settings are the image's settings. Programs that carry a list of authorities of their
// own, as pip and uv do, are told of the computer's.
func (s standIn) settings(own []string) []string {
	changes := []string{"ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "ENV LANG=C.UTF-8"}
	if len(own) > 0 && slices.Contains(s.packages, "ca-certificates") {
		changes = append(changes, "ENV SSL_CERT_FILE="+bundle, "ENV PIP_CERT="+bundle)
	}
	if s.scripts != "" {
		changes = append(changes, `ENTRYPOINT ["docker-entrypoint.sh"]`)
	}
	return append(changes, s.changes...)
}

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

// command is the call of mmdebstrap that writes the image's tree to a file. folder has
// the scripts.
func (s standIn) command(own []string, folder, to string) []string {
	argv := []string{"mmdebstrap", "--mode=root", "--format=tar", "--variant=minbase",
		"--include=" + strings.Join(s.packages, ","), `--dpkgopt=path-exclude=/usr/share/man/*`,
		`--dpkgopt=path-exclude=/usr/share/doc/*`, `--dpkgopt=path-exclude=/usr/share/locale/*`}
	if s.user != "" {
		// Packages that want the user find it and keep its number.
		argv = append(argv, "--essential-hook="+fmt.Sprintf(
			`echo '%[1]s:x:%[2]s:' >> "$1/etc/group"; echo '%[1]s:x:%[2]s:%[2]s::/:/bin/sh' >> "$1/etc/passwd"`, s.user, userNumber))
	}
	if len(own) > 0 && slices.Contains(s.packages, "ca-certificates") {
		argv = append(argv, `--customize-hook=mkdir -p "$1/usr/local/share/ca-certificates"`,
			"--customize-hook=copy-in "+shellescape.QuoteCommand(own)+" /usr/local/share/ca-certificates",
			`--customize-hook=chroot "$1" update-ca-certificates`)
	}
	if s.scripts != "" {
		argv = append(argv, "--customize-hook=install -m 0755 "+
			shellescape.Quote(filepath.Join(folder, s.scripts))+`/* "$1/usr/local/bin/"`)
	}
	for _, hook := range s.hooks {
		argv = append(argv, "--customize-hook="+hook)
	}
	argv = append(argv, `--customize-hook=rm -f "$1/etc/resolv.conf" "$1/etc/hostname"`, s.suite, to)
	signed := "deb [signed-by=" + keyring + "] "
	return append(argv,
		signed+"http://deb.debian.org/debian "+s.suite+" main",
		signed+"http://deb.debian.org/debian "+s.suite+"-updates main",
		signed+"http://deb.debian.org/debian-security "+s.suite+"-security main")
}

// file is the name of the image's tree in the cache. It ends with a sum of all that
// decides what is in it, but for Debian's archive.
func (s standIn) file(own []string) (string, error) {
	sum := sha256.New()
	fmt.Fprintf(sum, "%q\n", s.command(own, "", ""))
	for _, file := range own {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("read this computer's certificate authorities: %w", err)
		}
		fmt.Fprintf(sum, "%q\n", text)
	}
	err := fs.WalkDir(scripts, path.Join("scripts", s.scripts), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || s.scripts == "" {
			return err
		}
		text, err := scripts.ReadFile(path)
		fmt.Fprintf(sum, "%s %q\n", path, text)
		return err
	})
	if err != nil {
		return "", err
	}
	name, _, _ := strings.Cut(strings.ReplaceAll(s.names[0], "/", "-"), ":")
	return fmt.Sprintf("%s-%s-%s-%s.tar", name, s.suite, runtime.GOARCH, hex.EncodeToString(sum.Sum(nil))[:12]), nil
}
