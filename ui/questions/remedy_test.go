package questions

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/state"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/steps/remote"
	"slipway/ui/answers"
)

// TestRemedies: what would settle the failure is the first answer that is offered.
func TestRemedies(t *testing.T) {
	folder := t.TempDir()
	for raised, want := range map[string]string{
		"OSError: [Errno 30] Read-only file system: '/srv/app-shop/releases/08d4abc35ca1/src/instance'": "1. keep instance/ across releases",
		"KeyError: 'SHOP_KEY'":         "1. give SHOP_KEY, then try again",
		"ZeroDivisionError: by design": "1. try again, from where it stopped",
	} {
		var out bytes.Buffer
		c := &conversation{ctx: t.Context(), lines: bufio.NewReader(strings.NewReader("\n")), answers: answers.From(plan.Asked{}),
			Options: Options{Home: state.Home{Dir: t.TempDir()}, Out: &out, Secret: func(context.Context, string) (string, error) { return "hunter2\n", nil }}}
		again, err := c.afterFailure(&engine.StepError{Step: "release", Folder: folder, Err: &remote.ExitError{What: "it", Status: 1,
			Tail: "Traceback (most recent call last):\n  File \"/srv/app-shop/releases/08d4abc35ca1/src/shop.py\", line 4, in <module>\n    f()\n" + raised}})
		if err != nil || !again || !strings.Contains(out.String(), want) {
			t.Errorf("%s: %v, %v\n%s", raised, again, err, out.String())
		}
		if strings.HasPrefix(raised, "KeyError") && strings.Join(c.answers.Env, " ") != "SHOP_KEY=hunter2" {
			t.Errorf("the answers have %q", c.answers.Env)
		}
	}
	if text, err := os.ReadFile(filepath.Join(folder, "slipway.toml")); err != nil || string(text) != "[app]\ndata = [\"instance/\"]\n" {
		t.Errorf("slipway.toml has %q, %v", text, err)
	}
}
