package app

import (
	"strings"
	"testing"
)

// TestNoRequirement refuses what people have in requirements files that is none.
func TestNoRequirement(t *testing.T) {
	for _, line := range []string{
		"Package    Version", "Flask 3.0.0", "pip install flask", "import flask", "flask = 3.0", "flask=>3", "flask, requests", "'flask'", "[flask]",
	} {
		_, err := Detect(files("app.py", flaskApp, "requirements.txt", "flask\n"+line+"\n"), Settings{})
		if err == nil || !strings.Contains(err.Error(), "requirements.txt line 2 is no requirement: "+line) {
			t.Errorf("%s: got %v", line, err)
		}
	}
	for _, line := range []string{
		"flask", "flask==3.0.0", "flask >= 3, < 4", "flask (>=3,<4)", "Flask[async]~=3.0 ; python_version > '3.8'", "flask==3.1.1 --hash=sha256:00", "zope.interface!=5", "a==1.*",
		"lib @ https://example.org/lib-1.zip", "https://example.org/lib-1.zip", "git+https://example.org/lib", "flask; sys_platform == 'win32'", "typing_extensions>=4.0.0;python_version<'3.11'", "x===1!2.0+local",
		"flask==3.0.0 # it works", "${PACKAGE}",
	} {
		if _, err := Detect(files("app.py", flaskApp, "requirements.txt", line+"\n"), Settings{}); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
}
