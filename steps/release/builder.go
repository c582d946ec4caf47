package release

import (
	"slipway/steps/layout"
	"slipway/steps/service"
)

// builder is the user as which code of strangers runs before a release takes traffic:
// packages' set-up code, the build and the tests. It is not the app's user, so that this
// code can neither read the variables of the app that runs, in /proc, nor end the app.
// There is one, for a server holds one deployment.
const builder = "slipway-build"

// asBuilder are the properties, "Key=value", by which a command is the builder's.
func asBuilder(l layout.Layout) []string {
	return []string{
		"User=" + builder,
		"Group=" + builder,
		// It reads the source, which is open to the app's group alone.
		"SupplementaryGroups=" + l.User,
		// An empty folder is in the place of what the app keeps.
		"TemporaryFileSystem=" + l.State() + ":ro",
		// By the system's bus a user can ask for processes outside of the sandbox.
		"InaccessiblePaths=-/run/dbus",
		// It is in the app's group, which may open the app's Redis.
		"InaccessiblePaths=-" + service.OnlyApps(),
		// What a command leaves behind ends with it and can't refuse: root goes on where the
		// command wrote.
		"KillMode=control-group",
		"KillSignal=SIGKILL",
	}
}

// asApp are the same for the app's user.
func asApp(l layout.Layout) []string { return []string{"User=" + l.User, "Group=" + l.User} }

// onceAsBuilder is the command line that runs words as the builder in the sandbox. It
// ends with their exit status.
func onceAsBuilder(l layout.Layout, properties []string, words ...string) []string {
	return sandboxed(asBuilder(l), []string{"--pipe"}, properties, words)
}

// handToBuilder is shell text that gives a folder of root's to the builder.
func handToBuilder(folder string) []string {
	return []string{"chown", "-hR", builder + ":" + builder, folder}
}
