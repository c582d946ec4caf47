package shell

import (
	_ "embed"
	"strings"
)

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

//go:embed writefile.sh
var writeText string

// Put replaces the file atomically, and makes its folder if there is none. What
// somebody else wrote there is kept first.
func (f File) Put() string { return f.PutIf("true") }

// PutIf is Put for content that a program has to accept first: the words are a
// command that is given one more word, the path of a copy with the new content. If
// it fails, the file stays as it was and the script ends. It also ends at a unit that
// CheckUnit refuses.
func (f File) PutIf(check ...string) string {
	if err := f.check(); err != nil {
		return Lines("echo "+Quote(f.Path+" is not written: "+err.Error()), "exit 1")
	}
	keep := ""
	if othersWriteTo(f.Path) {
		keep = Keep(f.Path)
	}
	part := f.Path + ".slipway-part"
	return Lines("(",
		Script(writeText, Values{"path": f.Path, "part": part, "mode": f.Mode, "owner": f.owner(), "content": f.Content}, check...),
		keep,
		Command("mv", "-fT", part, f.Path),
		")")
}

// PutAll is the shell text that writes files.
func PutAll(files []File) string {
	var all []string
	for _, f := range files {
		all = append(all, f.Put())
	}
	return Lines(all...)
}

// Paths lists where files are.
func Paths(files []File) []string {
	var all []string
	for _, f := range files {
		all = append(all, f.Path)
	}
	return all
}

// othersWriteTo tells whether others than slipway write to a path's folder.
func othersWriteTo(path string) bool {
	return strings.HasPrefix(path, "/etc/") && !strings.HasPrefix(path, "/etc/slipway/")
}
