package release

import (
	"slices"

	"slipway/steps/app"
	"slipway/steps/layout"
	"slipway/steps/shell"
)

// figures are lines behind those of shell.Sandbox for an app that reads the system's figures,
// as psutil does: all of /proc but for other users' processes, and the network's
// interfaces.
func figures(found app.Found) []string {
	if !found.SystemFigures {
		return nil
	}
	return []string{"ProcSubset=all", "RestrictAddressFamilies=AF_NETLINK"}
}

// once is the command line that runs words as the app's user in the sandbox. It ends
// with their exit status.
func once(l layout.Layout, properties []string, words ...string) []string {
	return InSandbox([]string{"--pipe"}, l, properties, words)
}

// InSandbox is the command line that runs words once, as the app's user in the sandbox.
// options are more options of systemd-run, and properties more of the unit's, "Key=value".
func InSandbox(options []string, l layout.Layout, properties []string, words []string) []string {
	return sandboxed(asApp(l), options, properties, words)
}

// sandboxed is the command line that runs words once in the sandbox. user are the
// properties that say as whom.
func sandboxed(user, options, properties, words []string) []string {
	line := append(sandboxCommand(user, options, properties), "--")
	for _, w := range words {
		line = append(line, literal(w))
	}
	return line
}

// confined is shell text that defines the function confined: it runs its words as
// onceAsBuilder does. Before them it takes more properties, and "--" ends those.
func confined(l layout.Layout, properties []string) string {
	return "confined() { " + shell.Command(sandboxCommand(asBuilder(l), []string{"--pipe"}, properties)...) + ` "$@"; }`
}

// sandboxCommand is the command line up to its words.
func sandboxCommand(user, options, properties []string) []string {
	line := append([]string{"systemd-run", "--quiet", "--wait", "--collect"}, options...)
	for _, p := range slices.Concat(user, shell.Sandbox, onceLines, properties) {
		line = append(line, "--property="+p)
	}
	return line
}

// literal is a word of a command line that systemd-run runs.
func literal(word string) string { return shell.ExecLiteral(word) }
