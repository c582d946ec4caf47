package shell

import (
	_ "embed"
	"fmt"
	"strconv"
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
		Script(writeText, f.values(part), check...),
		keep,
		Command("mv", "-fT", part, f.Path),
		")")
}

// values are those of the script that writes part, a file beside this one. A mode that umask
// brings about by itself, and root, who writes, are empty there.
func (f File) values(part string) Values {
	values := Values{"path": f.Path, "part": part, "content": f.Content, "owner": f.Owner, "mode": "", "umask": "077"}
	if f.owner() == "root:root" {
		values["owner"] = ""
	}
	mode, err := strconv.ParseUint(f.Mode, 8, 32)
	if err == nil && mode&^0o666 == 0 {
		values["umask"] = fmt.Sprintf("%03o", 0o777&^mode)
	} else {
		values["mode"] = f.Mode
	}
	return values
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
