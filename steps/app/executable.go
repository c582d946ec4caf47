package app

import (
	"io/fs"
	"runtime"
	"strings"
)

// program is how a compiled program for Linux begins.
const program = "\x7fELF"

// executable tells whether the server may execute a file, by its mode here and by how
// its content begins. Windows keeps no such mode: there a script or a program for Linux
// may be executed.
func executable(mode fs.FileMode, begins string) bool {
	if runtime.GOOS != "windows" {
		return mode&0o100 != 0
	}
	return strings.HasPrefix(begins, "#!") || strings.HasPrefix(begins, program)
}
