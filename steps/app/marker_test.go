package app

import "testing"

func TestMarkerHolds(t *testing.T) {
	for _, test := range []struct {
		marker, minor string
		want          bool
	}{
		{"", "3.12", true},
		{"python_version >= '3.8'", "3.12", true}, {"python_version < '3.8'", "3.12", false}, {"python_version > '3.12'", "3.12", false},
		{"python_version == \"3.12\"", "3.12", true}, {"python_version <= '3.12'", "3.12", true}, {"'3.9' < python_version", "3.12", true},
		{"python_version in '3.11, 3.12'", "3.12", true}, {"python_version not in '3.11 3.12'", "3.12", false}, {"python_version in '3.1 3.2'", "3.12", false},
		{"python_full_version < '3.11.3'", "3.11", false}, {"python_full_version >= '3.11.3'", "3.11", true},
		{"sys_platform == 'win32'", "3.12", false}, {"sys_platform != 'win32'", "3.12", true}, {"os.name == 'nt'", "3.12", false},
		{"platform_system == 'Linux' and python_version < '3.13'", "3.12", true}, {"platform_system == 'Darwin' or os_name == 'posix'", "3.12", true},
		{"(sys_platform == 'win32' or sys_platform == 'darwin') and python_version > '3'", "3.12", false},
		{"platform_python_implementation == 'CPython'", "3.12", true}, {"implementation_name == 'pypy'", "3.12", false},
		{"platform_machine == 'aarch64' or platform_machine == 'x86_64'", "3.12", true}, {"platform_machine in 'x86_64 AMD64'", "3.12", true},
		{"extra == 'dev'", "3.12", false}, {"'linux' in sys_platform", "3.12", true},
		{"what is this", "3.12", true}, {"python_version <", "3.12", true}, {"(sys_platform == 'win32'", "3.12", true},
	} {
		if got := markerHolds(test.marker, test.minor, "x86_64"); got != test.want {
			t.Errorf("%q with %s: got %v", test.marker, test.minor, got)
		}
	}
}
