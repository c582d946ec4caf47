package shell

import (
	"strings"
	"testing"
)

// FuzzOutput reads what a look printed, in each way in which looks are read.
func FuzzOutput(f *testing.F) {
	f.Add("Id=a.service\nActiveState=active\nListen=[::]:22 (Stream)\n\nId=b\n")
	f.Add("key value\nkey\n \n\x00\xff=\n")
	f.Add("644 root:root /etc/x\nlink /etc/y /etc/x\n" + Sum("") + "  /etc/x\n")
	f.Add(strings.Repeat("a=\n\n", 200))
	f.Fuzz(func(t *testing.T, out string) {
		properties := 0
		for _, unit := range ParseUnits(out) {
			if len(unit) == 0 {
				t.Error("a unit without a property")
			}
			for key, values := range unit {
				properties += len(values)
				if strings.ContainsAny(key, "\n =") || strings.Contains(strings.Join(values, ""), "\n") {
					t.Errorf("a property %q has %q", key, values)
				}
			}
			unit.ListenStreams()
		}
		if properties > strings.Count(out, "\n")+1 {
			t.Errorf("%d properties in %q", properties, out)
		}
		for key, value := range Fields(out) {
			if key == "" || strings.Contains(key+value, "\n") {
				t.Errorf("a field %q is %q", key, value)
			}
		}
		file := File{Path: "/etc/x", Mode: "644", Content: ""}
		if was := file.Was(out); was == "" || strings.Contains(was, "\n") {
			t.Errorf("a file was %q", was)
		}
		file.Same(out)
		if n := Number(out); n < 0 && !strings.Contains(out, "-") {
			t.Errorf("the number is %d", n)
		}
	})
}
