package shell

import _ "embed"

//go:embed journal.sh
var journalText string

// Journal is shell text that defines the function journal ARGUMENT..., which prints what
// units said up to now, as journalctl finds it with these arguments.
var Journal = Script(journalText, nil)
