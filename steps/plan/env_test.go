package plan

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"slipway/steps/app"
)

// TestHostileVariables refuses what systemd would refuse, from wherever a variable comes,
// and takes all else. No error shows a value.
func TestHostileVariables(t *testing.T) {
	for value, want := range map[string]string{
		"größe 😀 \"' $HOME `x` \\ % \t\n\u2028\ufeff\ufffd": "",
		"SECRET\ufffe":                      "has the character U+FFFE",
		"SECRET\uffff":                      "has the character U+FFFF",
		"SECRET\ufdd0":                      "has the character U+FDD0",
		"SECRET\U0001fffe":                  "has the character U+1FFFE",
		"SECRET\U0010ffff":                  "has the character U+10FFFF",
		"SECRET\xe9":                        "is not UTF-8",
		"SECRET\xed\xa0\x80":                "is not UTF-8",
		"SECRET\x00":                        "has a NUL character",
		"SECRET\x1b[2J":                     "has a control character",
		strings.Repeat("x", app.MaxWord-2):  "",
		strings.Repeat("x", app.MaxWord-1):  "has 131072 bytes",
		strings.Repeat("\ufffd", 128<<10/3): "has 131072 bytes",
	} {
		_, flag := readEnv(t.Context(), Asked{Env: []string{"K=" + value}}, app.File{})
		_, file := readEnv(t.Context(), Asked{}, app.File{Env: map[string]string{"K": value}})
		errs := []error{flag, file}
		if utf8.ValidString(value) && !strings.Contains(value, "\x00") { // else the file itself is no text
			path := filepath.Join(t.TempDir(), "env")
			if err := os.WriteFile(path, []byte(variableInFile("K", value)), 0o600); err != nil {
				t.Fatal(err)
			}
			errs = append(errs, ReadVariableFile(t.Context(), map[string]string{}, path, "--env-file"))
		}
		for _, err := range errs {
			if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), "K in ") || !strings.Contains(err.Error(), want)) {
				t.Errorf("%.20q…: got %v, want %q", value, err, want)
			}
			if err != nil && strings.Contains(err.Error(), "SECRET") {
				t.Errorf("the error shows the value: %v", err)
			}
		}
	}
}

// variableInFile is a line of a file of variables.
func variableInFile(key, value string) string {
	return key + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + "\"\n"
}

// TestManyVariables refuses variables with which no program could start.
func TestManyVariables(t *testing.T) {
	env := map[string]string{}
	for _, name := range "abcdefghijklm" {
		env[string(name)] = strings.Repeat("x", 120_000)
	}
	if err := CheckVariables(env); err != nil {
		t.Errorf("%d bytes: %v", 13*120_000, err)
	}
	env["n"] = strings.Repeat("x", 120_000)
	if err := CheckVariables(env); err == nil {
		t.Errorf("%d bytes are not refused", 14*120_000)
	}
}
