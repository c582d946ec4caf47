package shell

import (
	"testing"
)

func TestUnitWords(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  string
	}{
		{[]string{"/bin/gunicorn", "app:app"}, "/bin/gunicorn app:app"},
		{[]string{"app:create_app('a b')"}, `"app:create_app('a b')"`},
		{[]string{"100%", "$X", `"`, `\`, ""}, `"100%%" "$$X" "\"" "\\" ""`},
	} {
		if got := UnitWords(c.words...); got != c.want {
			t.Errorf("%q: got %s, want %s", c.words, got, c.want)
		}
	}
}
