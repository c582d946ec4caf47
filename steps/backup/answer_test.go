package backup

import (
	"errors"
	"strings"
	"testing"

	"slipway/providers"
)

func TestReader(t *testing.T) {
	var r Reader
	lines := r.Read("dumped postgres\n@ {\"data\":{\"files\":{\"bytes\":3}},\"free\":7}\nred \x1b[31m\n")
	if strings.Join(lines, "|") != "dumped postgres|red ?[31m" {
		t.Errorf("for people: %q", lines)
	}
	var amounts Amounts
	if err := r.Answer(&amounts); err != nil || amounts.Free != 7 || amounts.Data["files"].Bytes != 3 {
		t.Errorf("%+v, %v", amounts, err)
	}
}

func TestReaderOfFailure(t *testing.T) {
	ended := errors.New("it ended with status 1")
	for name, c := range map[string]struct{ printed, want, hint string }{
		"said":      {`@ {"error":"the dump is empty","hint":"slipway backup now"}`, "the dump is empty", "slipway backup now"},
		"hostile":   {`@ {"error":"a\u001b[2Jb"}`, "a?[2Jb", ""},
		"no answer": {"Killed", "it ended with status 1", ""},
		"broken":    {`@ {"error`, "unexpected end of JSON input", ""},
		"too long":  {"@ " + strings.Repeat(" ", longestAnswer+1), "longer than 64 kB", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var r Reader
			r.Read(c.printed)
			err := r.Failure(ended)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			var failed *providers.Failed
			if errors.As(err, &failed) && failed.Next != c.hint {
				t.Errorf("the hint is %q, want %q", failed.Next, c.hint)
			}
			if r.Failure(nil) != nil {
				t.Error("a call that ended well failed")
			}
		})
	}
}

func TestAnswerIsThere(t *testing.T) {
	var r Reader
	if err := r.Answer(&struct{}{}); err == nil {
		t.Error("no answer is an answer")
	}
}
