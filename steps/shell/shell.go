// Package shell builds the POSIX shell text that slipway runs on servers. All
// of it is pure: the same arguments give the same text.
package shell

import (
	"strings"

	"al.essio.dev/pkg/shellescape"
)

// Quote makes one word of any text without a NUL byte, which no shell can carry.
func Quote(word string) string { return shellescape.Quote(word) }

// Command makes a command line of words.
func Command(words ...string) string { return shellescape.QuoteCommand(words) }

// File is a file as it should be on a server.
type File struct {
	Path string
	// Mode is octal, as stat(1) prints it: "644".
	Mode string
	// Owner is "user:group"; empty is root:root.
	Owner   string
	Content string
}

func (f File) owner() string {
	if f.Owner == "" {
		return "root:root"
	}
	return f.Owner
}

// Put replaces the file atomically, making its folder if need be. What somebody
// else wrote there is kept first.
func (f File) Put() string {
	dir := folderOf(f.Path)
	part := f.Path + ".slipway-part"
	keep := ""
	if othersToo(f.Path) {
		keep = Keep(f.Path)
	}
	return Lines(
		Command("mkdir", "-p", dir),
		// Made empty and closed to others first: the content may be a secret.
		Command("install", "-m", "600", "/dev/null", part),
		Command("printf", "%s", f.Content)+" >"+Quote(part),
		Command("chown", f.owner(), part),
		Command("chmod", f.Mode, part),
		keep,
		Command("mv", "-fT", part, f.Path),
	)
}

func folderOf(path string) string { return path[:max(strings.LastIndexByte(path, '/'), 1)] }

// Reload has a service that runs read its files again. One that a socket unit of
// its name started is restarted: it could not listen anew on what systemd holds.
func Reload(service string) string {
	s, socket := Quote(service), Quote(strings.TrimSuffix(service, ".service")+".socket")
	return "if systemctl --quiet is-active " + socket + "; then systemctl try-restart " + s + "; else systemctl try-reload-or-restart " + s + "; fi"
}

// Lines joins commands, one a line.
func Lines(commands ...string) string { return strings.Join(commands, "\n") }
