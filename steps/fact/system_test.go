package fact

import (
	"testing"

	"slipway/steps/app"
	"slipway/steps/plan"
)

func TestSystem(t *testing.T) {
	s := ParseSystem("id debian\nversion 13\ncpus 2\nmemory 2097152\npython /usr/bin/python3.13\nipv6 yes\n")
	if s != (System{ID: "debian", Version: "13", CPUs: 2, Memory: 2048, Python: "3.13", IPv6: true}) {
		t.Errorf("got %+v", s)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
	if err := (System{ID: "arch"}).Check(); err == nil {
		t.Error("an unknown system was taken")
	}
}

func TestCheckPython(t *testing.T) {
	for _, c := range []struct {
		required, have string
		ok             bool
	}{
		{"", "3.13", true}, {">=3.11", "3.13", true}, {"3.12", "3.13", false}, {">=3.11", "", true}, {"new", "3.13", false},
	} {
		p := plan.Plan{App: app.Found{PythonVersion: c.required}}
		if err := (System{Python: c.have}).CheckPython(p); (err == nil) != c.ok {
			t.Errorf("%q on %q: %v", c.required, c.have, err)
		}
	}
}
