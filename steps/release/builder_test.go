package release

import (
	"strings"
	"testing"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/layout"
)

// TestHostileNeighbours has what strangers wrote run apart from the app: only what must
// reach the app's data runs as the app's user.
func TestHostileNeighbours(t *testing.T) {
	p := example.Plan(t)
	p.App.Build, p.App.BuildFolders, p.App.TestCommand, p.App.Release = "make", []string{"dist"}, "pytest", "flask db upgrade"
	p.App.Init = "flask init-db"
	p.App.Data = []app.Kept{{Path: "media"}}
	l := layout.Of(p.ServerName())
	v := fact.View{Plan: p, System: example.System()}
	for name, test := range map[string]struct {
		script  string
		builder bool
	}{
		"packages":         {installScript(v), true},
		"build":            {runBuild(p), true},
		"tests":            {Tests.Script(v), true},
		"commands":         {PreSwitch.Script(v), false},
		"slipway run":      {strings.Join(InSandbox([]string{"--pty"}, l, CommandProperties(l, p), []string{"sh"}), " "), false},
		"the app's itself": {releaseUnits(v)[1].Content, false},
	} {
		asBuilder, asApp := strings.Count(test.script, "User="+builder), strings.Count(test.script, "User="+l.User)
		if (asBuilder > 0) != test.builder || (asApp > 0) == test.builder {
			t.Errorf("%s: %d times as %s, %d times as the app's user", name, asBuilder, builder, asApp)
		}
		hidden := strings.Count(test.script, "TemporaryFileSystem="+l.State()+":ro")
		if hidden != asBuilder || test.builder && strings.Contains(test.script, "StateDirectory=") {
			t.Errorf("%s: the app's state is hidden %d times of %d", name, hidden, asBuilder)
		}
	}
	if strings.Contains(installScript(v), "EnvironmentFile=") {
		t.Error("packages' code sees variables")
	}
}
