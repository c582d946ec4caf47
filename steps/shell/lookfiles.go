package shell

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

//go:embed lookfiles.sh
var lookFilesText string

// LookFiles prints, for each path that exists, a line of its SHA-256 and path
// and one of its mode, owner, group and path; for a symbolic link it is "link",
// the target and the path. However many files there are, it starts two programs.
func LookFiles(paths ...string) string {
	if len(paths) == 0 {
		return ":"
	}
	return Script(lookFilesText, nil, paths...)
}

// Same tells whether what LookFiles printed shows the file as it should be.
func (f File) Same(looked string) bool {
	lines := strings.Split(looked, "\n")
	return slices.Contains(lines, Sum(f.Content)+"  "+f.Path) &&
		slices.Contains(lines, fmt.Sprintf("%s %s %s", f.Mode, f.owner(), f.Path))
}

// Was tells in a few words how LookFiles showed a file that is not as it should
// be: "not there", "other content", "mode 644, of root:root", "a link to PATH".
func (f File) Was(looked string) string {
	was := "not there"
	for line := range strings.Lines(looked) {
		rest, ok := strings.CutSuffix(strings.TrimSuffix(line, "\n"), " "+f.Path)
		fields := strings.Fields(rest)
		switch {
		case !ok:
		case len(fields) == 2 && fields[0] == "link":
			return "a link to " + fields[1]
		case len(fields) == 1:
			was = "other content"
		case len(fields) == 2 && (fields[0] != f.Mode || fields[1] != f.owner()):
			return fmt.Sprintf("mode %s, of %s", fields[0], fields[1])
		}
	}
	return was
}

// Sum is the SHA-256 of a text, as sha256sum prints it.
func Sum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
