package shell

import _ "embed"

//go:embed unedited.sh
var uneditedText string

// Unedited is shell text that defines the function unedited FILE PACKAGE PATH, which
// tells whether a file has the content that a package brought as its settings at PATH.
var Unedited = Script(uneditedText, nil)
