package backup

import (
	"strings"
	"testing"
	"time"
)

// TestJudge shows no backups as good that are not.
func TestJudge(t *testing.T) {
	now := time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC)
	at := func(hours int) time.Time { return now.Add(time.Duration(hours) * time.Hour) }
	good := func() State {
		s := State{Last: Try{Time: at(-9), OK: true}, Good: Made{ID: "0123456789", Time: at(-9)}, Drill: Drill{Try: Try{Time: at(-100), OK: true}, Of: at(-100)}}
		s.Repository.Place = "s3:https://a/b"
		return s
	}
	for name, c := range map[string]struct {
		change func(*State)
		want   string // the first trouble; empty if the backups are good
		next   string
	}{
		"good":                  {func(*State) {}, "", ""},
		"none":                  {func(s *State) { *s = State{} }, "no backup was made yet", "slipway backup now shop"},
		"failed":                {func(s *State) { s.Last.OK, s.Last.Error = false, "there is no room left" }, "failed: there is no room left", "slipway backup now shop"},
		"killed":                {func(s *State) { s.Last.OK, s.Last.Error = false, "it has not ended" }, "failed: it has not ended", "slipway backup now shop"},
		"runs":                  {func(s *State) { s.Last.OK, s.Busy = false, true }, "", ""},
		"the first one runs":    {func(s *State) { s.Last.OK, s.Busy, s.Good = false, true, Made{} }, "no good backup yet", "slipway backup now shop"},
		"stale":                 {func(s *State) { s.Good.Time = at(-27) }, "the last good backup is 27 h old", "slipway backup now shop"},
		"one hour ahead":        {func(s *State) { s.Good.Time = at(1) }, "in the future", "slipway backup now shop"},
		"never drilled":         {func(s *State) { s.Drill = Drill{} }, "no backup was restored and compared yet", "slipway backup drill shop"},
		"the drill failed":      {func(s *State) { s.Drill.OK, s.Drill.Error = false, "rows differ" }, "rows differ", "slipway backup drill shop"},
		"the drill is old":      {func(s *State) { s.Drill.Time = at(-9 * 24) }, "the last drill is 9 days old", "slipway backup drill shop"},
		"a drill in the future": {func(s *State) { s.Drill.Time = at(2) }, "in the future", "slipway backup drill shop"},
		"rows fell":             {func(s *State) { s.Warnings = []string{"public.customers fell from 10 to 2"} }, "public.customers fell from 10 to 2", "slipway backup now shop"},
		"another place":         {func(s *State) { s.Repository.Place = "local:x" }, "no backup was made at s3:https://a/b yet", "slipway backup now shop"},
	} {
		t.Run(name, func(t *testing.T) {
			s := good()
			c.change(&s)
			got := s.Judge("shop", "s3:https://a/b", now)
			if got.OK != (c.want == "") || got.Next != c.next || c.want != "" && !strings.Contains(got.Trouble[0], c.want) {
				t.Errorf("got %+v", got)
			}
			lines := strings.Join(got.Lines(now), "\n")
			if strings.Contains(lines, "good: 01234567") != got.OK || got.OK != !strings.Contains(lines, "not good") {
				t.Errorf("it says\n%s", lines)
			}
		})
	}
}

// TestReadState reads what a server says, whatever it says.
func TestReadState(t *testing.T) {
	s, err := ReadState("allow ssh-ed25519 AAAA\nstate {\"last\":{\"time\":\"2026-01-01T00:00:00Z\",\"ok\":false,\"error\":\"a\\u001b[2Jb\"},\"good\":{},\"drill\":{},\"warnings\":[\"x\\ny\"]}\nbusy\n")
	if err != nil || s.Last.Error != "a?[2Jb" || s.Warnings[0] != "x?y" || !s.Busy || s.Good.ID != "" {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := ReadState(""); err != nil || s.Busy || !s.Last.Time.IsZero() {
		t.Errorf("of nothing: %+v, %v", s, err)
	}
	if _, err := ReadState("state {\"last\":"); err == nil {
		t.Error("a state that was cut short was read")
	}
}
