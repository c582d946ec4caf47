package app

import (
	"fmt"
	"path"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// lfsPointer is how a file begins that Git LFS has put in the place of the real one.
const lfsPointer = "version https://git-lfs.github.com/spec/v1\n"

// refusePointers is an error if files were not brought by Git LFS: the app would serve
// the pointers in their place.
func (c *collector) refusePointers() error {
	if len(c.pointers) == 0 {
		return nil
	}
	are, them := "are Git LFS pointers, not the files themselves", "them"
	if len(c.pointers) == 1 {
		are, them = "is a Git LFS pointer, not the file itself", "it"
	}
	return appUsage(namedOf(c.pointers)+" "+are, fmt.Sprintf("type git lfs pull, or name %s in %s", them, IgnoreFile))
}

// namedOf names the first files, and counts the others.
func namedOf(names []string) string {
	named := strings.Join(names[:min(len(names), maxNamed)], ", ")
	if more := len(names) - maxNamed; more > 0 {
		named += fmt.Sprintf(" and %d more", more)
	}
	return named
}

// warnOfNames warns of names with accents in the form in which Macs write them: "é" is
// two characters then, and a link that was typed elsewhere has one. A Mac takes both for
// the same name, and the server does not.
func (b *Bundle) warnOfNames() {
	var apart []string
	for _, f := range b.Files {
		if !norm.NFC.IsNormalString(f.Path) && path.Ext(f.Path) != ".py" {
			apart = append(apart, norm.NFC.String(f.Path))
		}
	}
	if len(apart) > 0 {
		b.Warnings = append(b.Warnings, "the accents in these names are written as Macs write them, and a link that was typed on another computer may not find them: "+namedOf(apart))
	}
}
