package plan

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestParseDotenv(t *testing.T) {
	known := map[string]string{"GIVEN": "g"}
	for _, test := range []struct{ name, text, want string }{
		{"plain", "A=b", "A=b"},
		{"comments and empty lines", "# c\n\nA=b # c\n  # d\n", "A=b"},
		{"a # in a value", "A=b#c", "A=b#c"},
		{"export", "export A=b\nexport  C = d", "A=b|C=d"},
		{"a key named export", "export=b", "export=b"},
		{"spaces", "  A  =  b c  ", "A=b c"},
		{"empty", "A=\nB=\"\"\nC=''", "A=|B=|C="},
		{"an empty value takes no line", "A=\nB=c", "A=|B=c"},
		{"quotes", `A="b # c" # d` + "\nE='f # g'", "A=b # c|E=f # g"},
		{"quotes inside", `A=b"c"d` + "\nE=it's", `A=b"c"d|E=it's`},
		{"only a comment", "A= # b\nC=#d", "A=|C=#d"},
		{"escapes", `A="b\n\t\"\\\$c"` + "\n" + `D='\n\'\\'`, "A=b\n\t\"\\\\$c|D=\\n'\\"},
		{"without quotes a backslash is one", `A=b\nc`, `A=b\nc`},
		{"several lines", "A=\"b\nc\"\nD='e\nf'", "A=b\nc|D=e\nf"},
		{"dollars", "A=pa$7Q$B$\nC=\"$A\"", "A=pa$7Q$B$|C=$A"},
		{"expanded", "A=b\nC=${A}d${A}\nE=\"${GIVEN}\"\nF=${A:-x}", "A=b|C=bdb|E=g|F=b"},
		{"single quotes expand too", "A=b\nC='${A}'", "A=b|C=b"},
		{"default", "A=${NO:-b c}\nB=${NO:-}", "A=b c|B="},
		{"set to itself", "A=b\nA=${A}c", "A=b|A=bc"},
		{"quoted key", "'A b'=c", "A b=c"},
		{"an equals sign", "A=b=c==", "A=b=c=="},
		{"JSON", `A={"b": "c"}`, `A={"b": "c"}`},
		{"no expansion", "A=$(b)\nC=${\nD=`e`", "A=$(b)|C=${|D=`e`"},
		{"beyond ASCII", "A=ä€ # é", "A=ä€"},
		{"last line", "A=b\nC=d", "A=b|C=d"},
	} {
		lines, err := parseDotenv(test.text, known)
		var got []string
		for _, line := range lines {
			got = append(got, line.key+"="+line.value)
		}
		if err != nil || strings.Join(got, "|") != test.want {
			t.Errorf("%s: got %q, %v", test.name, got, err)
		}
	}
}

func TestParseDotenvRefuses(t *testing.T) {
	for _, test := range []struct {
		text, what string
		number     int
	}{
		{"A=b\n\nSECRET", "is not of the form KEY=VALUE", 3},
		{"A=b\nC=\"SECRET\n\n", "opens a quote that is not closed", 2},
		{"A='SECRET", "opens a quote that is not closed", 1},
		{"A=\"x\nB=\"SECRET\"", "has text behind the quotes", 1},
		{"A='b' SECRET", "has text behind the quotes", 1},
		{"A=\"b\nc\"\nD=${NO}", "uses ${NO}, which is not set", 3},
		{"A=${SECRET SECRET}", "uses a variable that is not set", 1},
		{"A=b\n=SECRET", "has no name", 2},
		{"A=${B}\nB=c", "uses ${B}, which is not set", 1},
	} {
		_, err := parseDotenv(test.text, nil)
		wrong, ok := errors.AsType[*dotenvError](err)
		if !ok || wrong.number != test.number || !strings.HasPrefix(wrong.what, test.what) || wrong.next == "" {
			t.Errorf("%q: got %+v, want line %d %s", test.text, wrong, test.number, test.what)
			continue
		}
		if strings.Contains(wrong.what, "SECRET") {
			t.Errorf("%q: the error shows a value: %s", test.text, wrong.what)
		}
	}
}

// FuzzParseDotenv has no text end the program, and no line be lost.
// TestHostileExpansion doubles a value line by line, and has one line of many values.
func TestHostileExpansion(t *testing.T) {
	var doubled strings.Builder
	doubled.WriteString("A0=" + strings.Repeat("x", 1000) + "\n")
	for n := range 40 {
		fmt.Fprintf(&doubled, "A%d=${A%d}${A%d}\n", n+1, n, n)
	}
	wide := "A=" + strings.Repeat("x", 100_000) + "\nB=" + strings.Repeat("${A}", 100_000) + "\n"
	for _, text := range []string{doubled.String(), wide} {
		if _, err := parseDotenv(text, nil); err == nil || !strings.Contains(err.Error(), "bytes that a variable may have") {
			t.Errorf("got %.300v", err)
		}
	}
}

func FuzzParseDotenv(f *testing.F) {
	for _, text := range []string{"A=b", "export A='b\\'", "A=\"${B:-c}\" # d", "'A'=", "A", "\r", "A=${", "é =\u00a0x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := parseDotenv(text, nil)
		if err != nil {
			return
		}
		for _, line := range lines {
			if line.key == "" || line.number < 1 || line.number > strings.Count(text, "\n")+1 {
				t.Errorf("got %+v", line)
			}
		}
	})
}
