package fact

import (
	_ "embed"

	"slipway/steps/shell"
)

//go:embed sockets.sh
var socketsText string

// Sockets is shell text that defines the functions listening and published: who
// listens on the server, and which ports it passes on. Its header says what they print.
var Sockets = shell.Script(socketsText, nil)
