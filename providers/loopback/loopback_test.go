package loopback

import "testing"

func TestCandidate(t *testing.T) {
	for n := range 5000 {
		a := Candidate("tag", n)
		b := a.As4()
		if !a.IsLoopback() || b[1] == 0 || b[3] == 0 || b[3] == 255 {
			t.Fatalf("candidate %d is %v", n, a)
		}
	}
	if Candidate("tag", 0) == Candidate("other", 0) || Candidate("tag", 0).String() != "127.125.100.46" {
		t.Error("an address is not its tag's own")
	}
}
