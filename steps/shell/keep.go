package shell

import _ "embed"

// Kept is the folder, for root only, of the files that were replaced: each lies
// there under its own path, as it was before slipway first touched it.
const Kept = "/var/lib/slipway/replaced"

// OwnLine is in every file of slipway's that replaces one which others could
// have written.
const OwnLine = "Written by slipway"

//go:embed keepfile.sh
var keepText string

// Keep copies a file that is about to be replaced or changed, unless that was
// done before or the file is slipway's own.
func Keep(path string) string { return keepIn(Kept, path) }

func keepIn(folder, path string) string {
	return Lines("(", Script(keepText, Values{"kept": folder, "own": OwnLine, "path": path}), ")")
}

//go:embed putback.sh
var putBackText string

// PutBack puts every kept file back where it was, and prints which.
var PutBack = putBackFrom(Kept)

func putBackFrom(folder string) string { return Script(putBackText, Values{"kept": folder}) }
