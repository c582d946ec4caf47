package heroku

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestStreamThatBreaks reads an output whose connection breaks in the middle of a line.
func TestStreamThatBreaks(t *testing.T) {
	t.Parallel()
	const all = "-----> one\n-----> two\r\n\n-----> three"
	for name, ranges := range map[string]bool{"continued": true, "from the start": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				from := 0
				if ranges && r.Header.Get("Range") != "" {
					if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err != nil {
						t.Error(err)
					}
					w.Header().Set("Content-Length", fmt.Sprint(len(all)-from))
					w.WriteHeader(http.StatusPartialContent)
				}
				if calls.Add(1) == 1 {
					w.Header().Set("Content-Length", fmt.Sprint(len(all)+1))
					_, _ = w.Write([]byte("\x00" + all[:15]))
					panic(http.ErrAbortHandler)
				}
				if !ranges {
					_, _ = w.Write([]byte{0, 0}) // they do not count
				}
				_, _ = w.Write([]byte(all[from:]))
			}))
			t.Cleanup(server.Close)
			p := offline(t, server.URL)
			var lines []string
			to := &output{report: func(line string) { lines = append(lines, line) }}
			p.stream(t.Context(), server.URL+"/-/output", to)
			want := []string{"-----> one", "-----> two", "-----> three"}
			if !slices.Equal(lines, want) || to.last() != strings.Join(want, "\n") || calls.Load() != 2 {
				t.Errorf("%d calls, lines %q, last %q", calls.Load(), lines, to.last())
			}
		})
	}
}

// TestStreamOfALongLine keeps the beginning of a line without an end.
func TestStreamOfALongLine(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(strings.Repeat("x", 1<<20) + "\nnext\n"))
	}))
	t.Cleanup(server.Close)
	var lines []string
	offline(t, server.URL).stream(t.Context(), server.URL, &output{report: func(line string) { lines = append(lines, line) }})
	if len(lines) != 2 || len(lines[0]) != longestLine || lines[1] != "next" {
		t.Errorf("%d lines, the first of %d bytes", len(lines), len(lines[0]))
	}
}

// offline is a provider whose API is a server of the test's.
func offline(t *testing.T, address string) *Provider {
	t.Helper()
	p, err := New(Options{Token: testToken, APIURL: address, PollEvery: time.Millisecond, Patience: 10 * time.Millisecond, Clock: &hurried{now: time.Now()}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}
