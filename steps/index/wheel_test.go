package index

import (
	"testing"

	"slipway/steps/app"
)

func TestInstalls(t *testing.T) {
	for _, test := range []struct {
		name, python, minor, machine string
		want                         bool
	}{
		{"flask-3.1.2-py3-none-any.whl", "", "3.13", "x86_64", true},
		{"flask-3.1.2-py3-none-any.whl", ">=3.9", "3.8", "x86_64", false},
		{"flask-3.1.2-py3-none-any.whl", "nonsense", "3.8", "x86_64", true},
		{"six-1.16.0-py2.py3-none-any.whl", ">=2.7, !=3.0.*", "3.15", "x86_64", true},
		{"old-1-py2-none-any.whl", "", "3.12", "x86_64", false},
		{"new-1-py310-none-any.whl", "", "3.12", "x86_64", true}, {"new-1-py313-none-any.whl", "", "3.12", "x86_64", false},
		{"greenlet-3.0.1-cp312-cp312-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl", "", "3.12", "x86_64", true},
		{"greenlet-3.0.1-cp312-cp312-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl", "", "3.13", "x86_64", false},
		{"greenlet-3.0.1-cp312-cp312-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl", "", "3.12", "aarch64", false},
		{"greenlet-3.0.1-cp312-cp312-musllinux_1_1_x86_64.whl", "", "3.12", "x86_64", false},
		{"x-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "", "3.12", "x86_64", true},
		{"x-1-cp312-cp312-manylinux_2_17_aarch64.manylinux2014_aarch64.whl", "", "3.12", "aarch64", true},
		{"x-1-cp312-cp312-manylinux_2_39_x86_64.whl", "", "3.12", "x86_64", false},
		{"x-1-cp39-cp39-manylinux1_x86_64.whl", "", "3.9", "x86_64", true}, {"x-1-cp38-cp38-linux_x86_64.whl", "", "3.8", "x86_64", true},
		{"x-1-cp312-cp312-macosx_11_0_arm64.whl", "", "3.12", "x86_64", false}, {"x-1-cp312-cp312-win_amd64.whl", "", "3.12", "x86_64", false},
		{"cryptography-42.0.0-cp39-abi3-manylinux_2_28_x86_64.whl", "", "3.13", "x86_64", true},
		{"cryptography-42.0.0-cp39-abi3-manylinux_2_28_x86_64.whl", "", "3.8", "x86_64", false},
		{"cryptography-42.0.0-cp37.cp38-abi3-manylinux_2_28_x86_64.whl", "", "3.8", "x86_64", true},
		{"x-1-cp313-cp313t-manylinux_2_28_x86_64.whl", "", "3.13", "x86_64", false},
		{"x-1-pp310-pypy310_pp73-manylinux_2_28_x86_64.whl", "", "3.10", "x86_64", false},
		{"x-1-2-cp312-none-any.whl", "", "3.12", "x86_64", true}, {"x-1-cp312-none-any.whl", "", "3.13", "x86_64", false},
		{"uwsgi-2.0.20.tar.gz", "", "3.13", "x86_64", false}, {"x.whl", "", "3.13", "x86_64", false}, {"", "", "3.13", "x86_64", false},
	} {
		if got := (File{test.name, test.python}).Installs(test.minor, test.machine); got != test.want {
			t.Errorf("%s (%s) with %s on %s: got %v", test.name, test.python, test.minor, test.machine, got)
		}
	}
}

func TestLastPython(t *testing.T) {
	for pin, want := range map[[2]string]string{
		{"django", "1.11.29"}: "3.9", {"django", "2.0.13"}: "3.9", {"django", "2.1.15"}: "3.10", {"django", "2.2.28"}: "3.11", {"django", "3.2"}: "3.11", {"django", "4.0.10"}: "3.12", {"django", "4.1"}: "", {"django", "4.1rc1"}: "",
		{"django", "5.2.8"}: "", {"urllib3", "1.26.4"}: "3.11", {"urllib3", "1.26.15"}: "", {"six", "1.9"}: "3.11", {"six", "1.16.0"}: "", {"flask", "0.1"}: "",
	} {
		if got := LastPython(app.Pin{Name: pin[0], Version: pin[1]}); got != want {
			t.Errorf("%v: got %q, want %q", pin, got, want)
		}
	}
}
