package shell

import _ "embed"

//go:embed bounds.sh
var boundsText string

// Bounds are the shell functions inside, as_user, enter and of_root. They keep what root
// does within a folder, or within a user's rights, where others can write.
func Bounds() string { return Script(boundsText, nil) }
