package shell

import "strings"

// Kept is the folder, for root only, of the files that were replaced: each lies
// there under its own path, as it was before slipway first touched it.
const Kept = "/var/lib/slipway/replaced"

// own is in every file that slipway writes where others could have written one.
const own = "Written by slipway"

// Keep copies a file that is about to be replaced or changed, unless that was
// done before or the file is slipway's own.
func Keep(path string) string {
	kept, folder := Kept+path, Kept+folderOf(path)
	return Lines(
		"if { [ -e "+Quote(path)+" ] || [ -L "+Quote(path)+" ]; } && [ ! -e "+Quote(kept)+" ] && [ ! -L "+Quote(kept)+" ] && ! grep -qsF "+Quote(own)+" "+Quote(path)+"; then",
		Command("install", "-d", "-m", "700", Kept),
		Command("mkdir", "-p", folder),
		Command("cp", "-a", path, kept+".part"),
		Command("mv", "-f", kept+".part", kept),
		"fi",
	)
}

// PutBack puts every kept file back to where it was.
const PutBack = `if [ -d ` + Kept + ` ]; then
  (cd ` + Kept + ` && find . ! -type d ! -name '*.part') | while IFS= read -r path; do
    cp -a "` + Kept + `/$path" "/$path.slipway-part"
    mv -fT "/$path.slipway-part" "/$path"
    echo "put back ${path#.}"
  done
fi`

// othersToo tells whether a path is one that others than slipway write to.
func othersToo(path string) bool {
	return strings.HasPrefix(path, "/etc/") && !strings.HasPrefix(path, "/etc/slipway/")
}
