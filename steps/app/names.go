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

// otherCase returns the app's file that an import names but for capital letters; "" if
// there is none. Python tells them apart on every computer, but git on Windows and Macs
// may have kept an old name.
func (src *source) otherCase(m *module, imp pyImport) string {
	if src.local(m, imp) != nil || imp.module == "" {
		return ""
	}
	dir, name := src.base(m), imp.module
	if imp.level > 0 {
		dir, name = relative(m, imp.level, ""), imp.module
	}
	wanted := strings.ToLower(path.Join(dir, strings.ReplaceAll(name, ".", "/")))
	for _, p := range src.paths {
		small := strings.ToLower(p)
		if small == wanted+".py" || small == wanted+"/__init__.py" {
			return p
		}
	}
	return ""
}

// warnOfCase warns of imports that only capital letters keep from working.
func (d *detection) warnOfCase(m *module) {
	for _, imp := range m.imports {
		if imp.optional || imp.level == 0 && !d.isForeign(m, imp) {
			continue
		}
		if _, known := distributionOf(imp.text()); known && imp.level == 0 {
			continue
		}
		if file := d.src.otherCase(m, imp); file != "" {
			d.found.warn(fmt.Sprintf("%s line %d imports %s, and the file's name is %s: Python tells capital letters apart", m.path, imp.line, imp.module, file))
		}
	}
}
