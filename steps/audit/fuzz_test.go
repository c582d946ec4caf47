package audit

import (
	"testing"
	"time"
)

// FuzzRead judges what an audit's look printed. Whatever that is, each check has one
// verdict, and no check appears that was not asked for.
func FuzzRead(f *testing.F) {
	f.Add(uint8(0), "permitrootlogin no\npasswordauthentication yes\n")
	f.Add(uint8(1), "tcp LISTEN 0 511 0.0.0.0:80 0.0.0.0:* users:((\"nginx\",pid=1,fd=5))\nudp UNCONN 0 0 [::]:546 *:*\n")
	f.Add(uint8(2), "nft there\nfamily inet\ninput drop\n")
	f.Add(uint8(7), "asked yes\nwritable /x\nstranger \x1b[2J\npackaged y\n")
	f.Add(uint8(5), "app 1.4\nnginx.service NaN\nssh.service 1e999\n")
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		c := checks[int(which)%len(checks)]
		s := Subject{Ports: []int{22, 80}, App: "app"}
		report, ok := Read(s, map[string]string{sectionPrefix + c.topic: text}, time.Unix(0, 0))
		if !ok {
			t.Fatalf("%s is not judged", c.topic)
		}
		seen := map[string]bool{}
		for _, r := range report.Results {
			if r.Topic != c.topic || r.Check == "" || r.Verdict == "" || seen[r.Check] {
				t.Errorf("a result is %+v", r)
			}
			seen[r.Check] = true
			if len(r.Found) > 4*len(text)+200 {
				t.Errorf("%d bytes became %d", len(text), len(r.Found))
			}
		}
	})
}
