package docker

import (
	"context"
	"errors"
	"iter"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway/providers"
)

// screen keeps what is written and lets others wait for it.
type screen struct {
	mu      sync.Mutex
	text    strings.Builder
	written chan struct{}
}

func newScreen() *screen { return &screen{written: make(chan struct{}, 1)} }

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.written <- struct{}{}:
	default:
	}
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// waits waits until a text is there.
func (s *screen) waits(t *testing.T, want string) {
	t.Helper()
	limit := time.After(time.Minute)
	for !strings.Contains(s.String(), want) {
		select {
		case <-s.written:
		case <-limit:
			t.Fatalf("%q does not come: %q", want, s)
		}
	}
}

// stamped is a line of a log: its time, the process and the text.
var stamped = regexp.MustCompile(`^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)) ([a-z]+): (.*)$`)

// said are the texts of a log, in order, each with its process.
func said(t *testing.T, log string) []string {
	t.Helper()
	var texts []string
	var before time.Time
	for line := range strings.Lines(log) {
		parts := stamped.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if parts == nil {
			t.Fatalf("a line is %.200q", line)
		}
		at, err := time.Parse(time.RFC3339, parts[1])
		if err != nil || at.Before(before) || time.Since(at) > time.Hour {
			t.Errorf("the time of %.200q: %v, after %v", line, err, before)
		}
		before = at
		texts = append(texts, parts[2]+": "+parts[3])
	}
	return texts
}

func TestLogs(t *testing.T) {
	s := newShop(t)
	s.release("aaaaaaaaaaaa", map[string]string{"COLOUR": "red"})
	for _, page := range []string{"/first", "/long", "/last"} {
		s.get(t, page)
	}
	s.ran("", "echo", "a command's own") // not the app's log
	logs := func(wanted providers.LogQuery) []string {
		t.Helper()
		to := newScreen()
		if err := s.Logs(t.Context(), s.spec, wanted, to); err != nil {
			t.Fatal(err)
		}
		return said(t, to.String())
	}
	all := logs(providers.LogQuery{Lines: 1000})
	var heard []string
	for _, line := range all {
		if !strings.HasSuffix(line, "asked for /") { // of the health check
			heard = append(heard, line)
		}
	}
	want := []string{
		"web: release aaaaaaaaaaaa starts", "worker: worker of aaaaaaaaaaaa, red",
		"web: asked for /first", "web: asked for /long", "web: " + strings.Repeat("x", 50000), "web: asked for /last",
	}
	if !slices.Equal(heard, want) {
		t.Errorf("the log is %.2000q", heard)
	}
	if got := logs(providers.LogQuery{Lines: 1}); !slices.Equal(got, want[len(want)-1:]) {
		t.Errorf("one line is %.200q", got)
	}
	if got := logs(providers.LogQuery{Lines: 0}); len(got) > 0 {
		t.Errorf("no lines are %.200q", got)
	}
	if got := logs(providers.LogQuery{Since: time.Now().Add(-time.Hour), Lines: 1}); !slices.Equal(got, all) {
		t.Errorf("since an hour: %.2000q, want all", got)
	}
	if got := logs(providers.LogQuery{Since: time.Now().Add(time.Hour)}); len(got) > 0 {
		t.Errorf("since in an hour: %.200q", got)
	}
}

// TestFollow: lines come as they are printed, also those of the next release and of a
// container that was started again; none comes twice.
func TestFollow(t *testing.T) {
	s := newShop(t)
	s.release("aaaaaaaaaaaa", map[string]string{"COLOUR": "red"})
	s.get(t, "/before")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	to, ended := newScreen(), make(chan error, 1)
	go func() { ended <- s.Logs(ctx, s.spec, providers.LogQuery{Lines: 1, Follow: true}, to) }()
	to.waits(t, "web: asked for /before\n")
	s.get(t, "/now")
	to.waits(t, "web: asked for /now\n")
	s.release("bbbbbbbbbbbb", map[string]string{"COLOUR": "blue"})
	to.waits(t, "web: release bbbbbbbbbbbb starts\n")
	to.waits(t, "worker: worker of bbbbbbbbbbbb, blue\n")
	s.get(t, "/next")
	to.waits(t, "web: asked for /next\n")
	status, out, err := s.d.exec(t.Context(), webName(s.spec, "bbbbbbbbbbbb"), "", "sh", "-c", "kill -KILL -1; kill -TERM 1")
	t.Log("the app is killed:", status, out, err)
	limit := time.After(time.Minute)
	for strings.Count(to.String(), "web: release bbbbbbbbbbbb starts\n") < 2 {
		select {
		case <-to.written:
		case <-limit:
			t.Fatalf("the container's second start does not come: %q", to)
		}
	}
	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Logs = %v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it goes on")
	}
	for _, once := range []string{"asked for /before", "asked for /now", "asked for /next", "worker of bbbbbbbbbbbb"} {
		if n := strings.Count(to.String(), once); n != 1 {
			t.Errorf("%q came %d times: %q", once, n, to)
		}
	}
}

// entries is a log of lines at given seconds, with an error at its end if there is one.
func entries(process string, err error, seconds ...int64) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		for _, s := range seconds {
			if !yield(entry{at: time.Unix(s, 0), text: process}, nil) {
				return
			}
		}
		if err != nil {
			yield(entry{}, err)
		}
	}
}

func TestMerged(t *testing.T) {
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		logs []iter.Seq2[entry, error]
		want string
		err  error
	}{
		"none":  {nil, "", nil},
		"empty": {[]iter.Seq2[entry, error]{entries("a", nil), entries("b", nil)}, "", nil},
		"by time": {[]iter.Seq2[entry, error]{entries("a", nil, 1, 4, 6), entries("b", nil), entries("c", nil, 2, 3, 5, 7, 8)},
			"accacacc", nil},
		"the first one first": {[]iter.Seq2[entry, error]{entries("a", nil, 1, 1), entries("b", nil, 1)}, "aab", nil},
		"one breaks off":      {[]iter.Seq2[entry, error]{entries("a", broken, 1), entries("b", nil, 2)}, "a", broken},
		"one is broken":       {[]iter.Seq2[entry, error]{entries("a", nil, 1), entries("b", broken)}, "", broken},
	} {
		t.Run(name, func(t *testing.T) {
			var got string
			var failed error
			for e, err := range merged(test.logs) {
				if failed = err; err == nil {
					got += e.text
				}
			}
			if got != test.want || !errors.Is(failed, test.err) {
				t.Errorf("got %q, %v", got, failed)
			}
		})
	}
}

func TestMessages(t *testing.T) {
	var got []string
	m := &messages{emit: func(at time.Time, text string) bool {
		got = append(got, at.UTC().Format(time.TimeOnly)+" "+text)
		return len(got) < 4
	}}
	for _, message := range []string{
		"2026-01-31T14:00:00.5Z one\n", "2026-01-31T14:00:01Z \n", "2026-01-31T14:00:02Z begin", "2026-01-31T14:00:03Z  and end\r\n",
	} {
		if _, err := m.Write([]byte(message)); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"14:00:00 one", "14:00:01 ", "14:00:02 begin and end"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := m.Write([]byte("no time\n")); err == nil {
		t.Error("a line without a time is taken")
	}
	if _, err := m.Write([]byte("2026-01-31T14:00:04Z last\n")); !errors.Is(err, errUnwanted) {
		t.Errorf("nobody wants more: %v", err)
	}
}
