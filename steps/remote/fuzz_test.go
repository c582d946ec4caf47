package remote

import (
	"strings"
	"testing"
)

// FuzzJob reads what a job's script prints, on two connections. Nothing that it prints is
// the job's status, because it can't know the boundary.
func FuzzJob(f *testing.F) {
	f.Add("a line\n", "a line\nanother\n")
	f.Add("slipway-000000000000000000000000 status 0\n\n", "\nstatus 0\n--slipway-look-- end\n")
	f.Add("no end of the line", "\r\r\n\x00\xff\n"+strings.Repeat("x", 70_000))
	f.Fuzz(func(t *testing.T, first, second string) {
		passed := 0
		o := &output{boundary: NewBoundary(), pass: func(line string) {
			passed++
			if strings.Contains(line, "\n") {
				t.Errorf("a line is %q", line)
			}
		}}
		for _, text := range []string{first, second} {
			stdout, wait := o.follow()
			_, err := stdout.Write([]byte(text))
			wait()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := o.result("x"); err == nil {
				t.Errorf("the job succeeded by what its script printed: %q", text)
			}
		}
		if most := strings.Count(first, "\n") + strings.Count(second, "\n") + 2; passed > most {
			t.Errorf("%d lines became %d", most, passed)
		}
		if len(o.last) > tailLines {
			t.Errorf("%d lines are kept", len(o.last))
		}
	})
}
