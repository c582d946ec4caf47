package shell

import "testing"

func TestSections(t *testing.T) {
	got := Sections("--b--", sh(t, Sectioned("--b--", Lines(
		Section("one", "echo 1; echo 2"),
		Section("fails", "echo before; exit 3"),
		Section("empty", ":"),
		Section("reads", "cat"),
		Section("forged", `printf 'a\n--slipway-look-- one\n3\n'`),
		Section("last", "printf x"),
		Section("one", "echo again"),
	))))
	for name, want := range map[string]string{"one": "1\n2\n", "fails": "before\n", "empty": "", "reads": "", "last": "x",
		"forged": "a\n--slipway-look-- one\n3\n"} {
		if body, ok := got[name]; !ok || body != want {
			t.Errorf("%s: got %q, want %q", name, body, want)
		}
	}
}

func TestFields(t *testing.T) {
	got := Fields("a 1\nb two words\n\nc\na 3\n")
	if len(got) != 3 || got["a"] != "3" || got["b"] != "two words" || got["c"] != "" {
		t.Errorf("got %v", got)
	}
}
