package app

import (
	"fmt"
	"runtime/debug"
	"strings"
	"testing"
	"testing/fstest"
)

// TestHostileCommands reads commands whose parts are in parts, in a stack that is much
// smaller than the one that Go ends a program for.
func TestHostileCommands(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(96 << 20))
	for _, part := range []string{
		"(", "((", "$(", "$((", "$((-", "$((1+(", "`", "\\`", "\"$(", "${a:-", "\"${a:-", "${a:-$(", "<(", "{ ", "if ", "if a;then ", "while ", "until a;do ", "for a in b;do ",
		"case a in a)", "a()", "a()(", "function a ", "a[", "a=(", "! ", "a&&", "a|", "a;", "a||", "time ", "coproc ", "[[ ", "[[ ! ", "[[ (", "[[ a && ", "((a?", "((a=",
		"((- ", "((a[", "let a[", "exec ", "<<a ", "<<<\"$(", "$\"", "'", "@(", "select a in b;do ", "eval ", "env ", "a=", ">a ", "python -u ", "uv run ", "-", "!", "~", "\\", "[", "{",
	} {
		befores, sizes := []string{"", "((", "$((", "[[ ", "a=$((1", "echo ", "let "}, []int{maxCommand, 10 * maxCommand, maxOpened * len(part)}
		if testing.Short() {
			befores, sizes = befores[:1], sizes[:2]
		}
		for _, before := range befores {
			for _, most := range sizes {
				command := before + strings.Repeat(part, most/len(part))
				endsSoon(t, fmt.Sprintf("%d bytes of %q behind %q", len(command), part, before), func() {
					_, _ = Detect(fstest.MapFS{"Procfile": {Data: []byte("web: " + command + "\n")}, "requirements.txt": {}}, Settings{})
					Exec(command)
				})
			}
		}
	}
}

func TestCommandsThatAreRefused(t *testing.T) {
	deep := strings.Repeat("(", maxOpened+1)
	for where, c := range map[string]struct {
		files fstest.MapFS
		want  string
	}{
		"web":     {fstest.MapFS{"Procfile": {Data: []byte("\nweb: " + deep)}}, "web command (Procfile line 2) has 501 brackets and backquotes that open"},
		"process": {fstest.MapFS{"Procfile": {Data: []byte("web: a\nworker: " + deep)}}, "process worker (Procfile line 2) has 501 brackets"},
		"release": {fstest.MapFS{"Procfile": {Data: []byte("web: a\nrelease: " + strings.Repeat("x", maxCommand))}}, "Procfile can't be read: line 2 has 65545 bytes, and slipway reads no line of more than 65536"},
		"build":   {fstest.MapFS{"Procfile": {Data: []byte("web: a\n")}, SettingsFile: {Data: []byte(fmt.Sprintf("[app]\nbuild = %q\n", deep))}}, "build command (slipway.toml) has 501 brackets"},
		"tests":   {fstest.MapFS{"Procfile": {Data: []byte("web: a\n")}, SettingsFile: {Data: []byte(fmt.Sprintf("test-command = %q\n", deep))}}, "test-command has 501 brackets"},
	} {
		c.files["requirements.txt"] = &fstest.MapFile{}
		file, err := ReadSettings(c.files)
		if err == nil {
			_, err = Detect(c.files, file.App)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", where, err, c.want)
		}
	}
	if err := unparsed(`gunicorn --bind "${HOST:-0.0.0.0}:$PORT" --access-logformat '{"a": {"b": [1, (2)]}}' "$(cat app)":app`); err != "" {
		t.Error(err)
	}
}
