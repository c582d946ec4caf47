package app

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Shown is the path for people, and for the key app.data: a folder ends in a slash.
func (k Kept) Shown() string { return withSlash(k.Path, !k.File) }

// Outside tells a path that is not in the app's folder.
func (k Kept) Outside() bool { return strings.HasPrefix(k.Path, "/") }

// Temporary tells a path in a folder for temporary files.
func (k Kept) Temporary() bool {
	return slices.Contains(temporaryFolders, path.Dir(k.Path))
}

// ServedData are the kept folders that the web server serves.
func (f Found) ServedData() []Kept {
	return slices.DeleteFunc(slices.Clone(f.Data), func(k Kept) bool { return k.URL == "" })
}

// temporaryFolders are folders that each process of the app has for itself, and that are
// empty when it starts.
var temporaryFolders = []string{"/tmp", "/var/tmp"}

// systemFolders are folders at the top of a server that are never an app's.
var systemFolders = []string{
	"bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "lost+found", "proc",
	"root", "run", "sbin", "srv", "sys", "usr", "var",
}

// sharedFolders are others, in which an app may have a folder of its own.
var sharedFolders = []string{"media", "mnt", "opt"}

// keptForm is a path that units and nginx's configuration can name.
var keptForm = regexp.MustCompile(`^/?[\pL\pM\pN._@+-]+( *[\pL\pM\pN._@+-]+)*(/[\pL\pM\pN._@+-]+( *[\pL\pM\pN._@+-]+)*)*$`)

// databaseSuffixes are endings of the names of files that are written, not shipped.
var databaseSuffixes = []string{".db", ".db3", ".sqlite", ".sqlite3", ".s3db", ".sl3", ".sdb", ".log", ".pid", ".lock", ".jsonl"}

// fileSuffixes are endings of the names of files that an app may write.
var fileSuffixes = append([]string{
	".json", ".csv", ".tsv", ".txt", ".pickle", ".pkl", ".xml", ".yaml", ".yml", ".ini", ".toml", ".dat", ".bin", ".xlsx",
	".parquet", ".duckdb", ".mdb", ".rdb", ".html", ".md", ".key", ".pem",
}, databaseSuffixes...)

func isFileName(name string) bool {
	return slices.Contains(fileSuffixes, strings.ToLower(path.Ext(name)))
}

// checkData refuses what can't be kept, whatever is in the source.
func (s Settings) checkData() error {
	for _, given := range s.Data {
		name := cleanData(given)
		refuse := func(why, next string) error {
			return appUsage(fmt.Sprintf("app.data names %q, %s", given, why), next)
		}
		switch {
		case name == "" || name == "/" || !keptForm.MatchString(name):
			return refuse("which is no path that can be kept", `write it like "instance", "media/", "shop.db" or "/tmp/shop.db", with letters, digits, spaces, ., -, _, + and @`)
		case !fs.ValidPath(strings.TrimPrefix(name, "/")) || name == ".":
			return refuse("which is the app's own folder or outside of it", "name what the app writes to, relative to its folder and without ..")
		}
		if _, why := outsideFolder(name); why != "" {
			return refuse(why, "keep it in the app's folder, in /tmp, or in a folder of its own such as /data")
		}
	}
	return nil
}

// cleanData is a path of app.data without what says nothing.
func cleanData(given string) string {
	if given == "/" {
		return given
	}
	return strings.TrimPrefix(strings.TrimSuffix(given, "/"), "./")
}

// outsideFolder is what is kept for an absolute path; why says why it can't be. A path
// that is not absolute stays as it is.
func outsideFolder(name string) (kept Kept, why string) {
	if !strings.HasPrefix(name, "/") {
		return Kept{Path: name}, ""
	}
	for _, folder := range temporaryFolders {
		if name == folder {
			return Kept{}, "a folder that is emptied: name what is kept in it"
		}
		if inside, ok := strings.CutPrefix(name, folder+"/"); ok {
			first, _, deeper := strings.Cut(inside, "/")
			return Kept{Path: folder + "/" + first, File: !deeper && isFileName(first)}, ""
		}
	}
	if isFileName(name) { // SQLite makes its journals beside the file.
		name = path.Dir(name)
	}
	top, _, deeper := strings.Cut(name[1:], "/")
	if slices.Contains(systemFolders, top) || !deeper && slices.Contains(sharedFolders, top) || top == "" {
		return Kept{}, "which is in a folder of the system"
	}
	return Kept{Path: name}, ""
}

// data decides what outlives a release: what slipway.toml names, and what is found by
// reading.
func (d *detection) data() error {
	told := &keptList{}
	for _, given := range d.settings.Data {
		name := cleanData(given)
		if strings.HasPrefix(name, "/") {
			k, _ := outsideFolder(name)
			k.File = k.File && !strings.HasSuffix(given, "/")
			told.add(foundKept{Kept: k, source: SettingsFile})
			continue
		}
		k := Kept{Path: name, File: d.keepsFile(name, strings.HasSuffix(given, "/"))}
		if err := d.checkKept(k); err != nil {
			return err
		}
		told.add(foundKept{Kept: k, source: SettingsFile})
	}
	for _, k := range d.findData() {
		if d.checkKept(k.Kept) == nil {
			told.add(k)
		}
	}
	d.found.Databases = told.databases
	told.settle()
	for _, k := range told.all {
		d.found.Data = append(d.found.Data, k.Kept)
		d.found.because("kept data", k.Shown(), k.source)
	}
	return d.givenDatabases()
}

// keepsFile decides whether a path is a file: by what is there, else by its name.
func (d *detection) keepsFile(name string, slash bool) bool {
	if info, err := fs.Stat(d.fsys, name); err == nil {
		return !info.IsDir()
	}
	return !slash && isFileName(name)
}

// checkKept refuses a path that has the app's code, or that a build makes anew.
func (d *detection) checkKept(k Kept) error {
	refuse := func(why string) error {
		return appUsage(fmt.Sprintf("app.data names %s, %s", k.Shown(), why), "name only what the app writes to")
	}
	for _, folder := range d.found.BuildFolders {
		if k.Path == folder || strings.HasPrefix(k.Path, folder+"/") || strings.HasPrefix(folder, k.Path+"/") {
			return refuse("which each release builds anew in " + folder)
		}
	}
	if k.File && path.Ext(k.Path) == ".py" {
		return refuse("which is code")
	}
	if k.File || path.Base(k.Path) == instanceFolder {
		return nil
	}
	for file := range d.loaded() {
		if strings.HasPrefix(file, k.Path+"/") {
			return refuse("which has the app's code: " + file)
		}
	}
	return nil
}

// foundKept is a kept path and what says that it is kept.
type foundKept struct {
	Kept
	source string
	// only is the file for which a folder is kept; "" if the folder was named.
	only string
	// database is set if a library of databases opens it.
	database bool
}

type keptList struct {
	all []foundKept
	// others are files in kept folders that are not to be served.
	others []string
	// databases are the files of databases, in the order in which they were found.
	databases []DatabaseFile
}

// add takes a path. What was said of it first counts, and a URL from whoever knows it.
func (l *keptList) add(k foundKept) {
	l.noteDatabase(k)
	for i, had := range l.all {
		if had.Path != k.Path {
			continue
		}
		if k.URL != "" && !had.File {
			l.all[i].URL = k.URL
		}
		if k.only != "" {
			l.others = append(l.others, k.only)
		}
		return
	}
	l.all = append(l.all, k)
	if k.only != "" {
		l.others = append(l.others, k.only)
	}
}

// settle sorts the list and drops what is in another kept folder. A folder that is served
// must have nothing else in it, so the files of the folder around it are kept by
// themselves, or it is not served.
func (l *keptList) settle() {
	for i, k := range l.all {
		if k.only == "" || !slices.ContainsFunc(l.all, func(s foundKept) bool { return s.URL != "" && strings.HasPrefix(s.Path, k.Path+"/") }) {
			continue
		}
		l.all[i].Kept = Kept{Path: k.only, File: true}
		for _, file := range l.others {
			if file != k.only && strings.HasPrefix(file, k.Path+"/") {
				l.all = append(l.all, foundKept{Kept: Kept{Path: file, File: true}, source: k.source})
			}
		}
	}
	slices.SortFunc(l.all, func(a, b foundKept) int { return strings.Compare(a.Path, b.Path) })
	var settled []foundKept
	for _, k := range l.all {
		holder := slices.IndexFunc(settled, func(s foundKept) bool { return !s.File && strings.HasPrefix(k.Path, s.Path+"/") })
		if holder < 0 {
			settled = append(settled, k)
			continue
		}
		settled[holder].URL = ""
	}
	for i, k := range settled {
		if slices.ContainsFunc(l.others, func(file string) bool { return strings.HasPrefix(file, k.Path+"/") }) {
			settled[i].URL = "" // a database is not for visitors
		}
	}
	l.all = settled
}
