package app

import (
	"path"
	"slices"
	"strings"
)

// DatabaseFile is a file beside the code in which the app keeps a database.
type DatabaseFile struct {
	// Path is the file's, or that of the folder around it; relative to the app's root, or
	// absolute.
	Path string
	// Source is what says so, for people: "app.py line 3".
	Source string
	// kept is the path of what is kept for it.
	kept string
}

// What is the file for people: "SQLite file shop.db".
func (d DatabaseFile) What() string {
	if slices.Contains(sqliteSuffixes, strings.ToLower(path.Ext(d.Path))) {
		return "SQLite file " + d.Path
	}
	return "file " + d.Path
}

// HoldsDatabase tells whether something is kept because of the file of a database.
func (f Found) HoldsDatabase(k Kept) bool {
	return slices.ContainsFunc(f.Databases, func(d DatabaseFile) bool { return d.kept == k.Path || d.Path == k.Path })
}

// sqliteSuffixes are endings of the names of SQLite's files.
var sqliteSuffixes = []string{".db", ".db3", ".sqlite", ".sqlite3", ".s3db", ".sl3", ".sdb"}

// keepDatabase keeps the file of a database.
func (f *finder) keepDatabase(texts []string, base, source string) {
	before := len(f.kept)
	f.keepFile(texts, base, source)
	for i := range f.kept[before:] {
		f.kept[before+i].database = true
	}
}

// noteDatabase notes the file of a database. What slipway.toml names is one by its name.
// What is in a folder for temporary files nobody expects to find again.
func (l *keptList) noteDatabase(k foundKept) {
	named := k.source == SettingsFile && k.File && slices.Contains(sqliteSuffixes, strings.ToLower(path.Ext(k.Path)))
	if !k.database && !named || k.Temporary() {
		return
	}
	file := DatabaseFile{Path: shownDatabase(k), Source: k.source, kept: k.Path}
	if !slices.ContainsFunc(l.databases, func(had DatabaseFile) bool { return had.Path == file.Path }) {
		l.databases = append(l.databases, file)
	}
}
