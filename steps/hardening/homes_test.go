package hardening

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestHostileHomes has people name files in their homes as the look would print others,
// and link there to what is root's. The two users are daemon and one without a name.
func TestHostileHomes(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root becomes another user")
	}
	dir := t.TempDir()
	sh := func(script string) string {
		t.Helper()
		cmd := exec.Command("sh", "-euc", script)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s\n%s", err, out, script)
		}
		return string(out)
	}
	sh(`chmod 755 .. .; mkdir etc run homes homes/ann homes/bob homes/root; echo x >etc/passwd; chmod 751 etc run; chmod 644 etc/passwd
cd homes/ann
for name in '.profile' '.x
dotfile 777 etc' '.y
home 777 run' ".it's a \"file\"" '.z
unfinished' '.-rf' 'plain'; do echo x >"$name"; chmod 666 "$name"; done
chmod 755 ../bob ../root; chmod 777 .
ln ../../etc/passwd .hard; ln -s ../../etc/passwd .soft; ln -s ../../etc .folder; mkfifo .pipe; mkdir .config; chmod 755 .config
chown -h daemon:daemon . .[!h]* plain; echo x >../bob/.rc; chown -R 54321:54321 ../bob`)
	const modes = `find etc run homes/ann/.folder homes/ann/.soft homes/ann/plain homes/ann/.config -printf '%p %m %U %l\n'`
	before := sh(modes)
	look := sh(lookHomes(dir + "/homes"))
	if !regexp.MustCompile(`^((home|dotfile) [0-7]+\n)+$`).MatchString(look) || (homes{}).met(parse(look)) {
		t.Errorf("the look prints %q", look)
	}
	if out := sh(closeHomes(dir + "/homes")); out != "" {
		t.Errorf("it prints %s", out)
	}
	if after := sh(modes); after != before {
		t.Errorf("it was\n%s\nand is\n%s", before, after)
	}
	if look = sh(lookHomes(dir + "/homes")); !(homes{}).met(parse(look)) {
		t.Errorf("afterwards the look prints %q", look)
	}
	got := sh(`find homes -mindepth 1 -maxdepth 1 -printf '%f %m\n' | sort; find homes/ann -maxdepth 1 -type f -name '.*' -user daemon -printf '%m\n' | sort -u`)
	if want := "ann 750\nbob 750\nroot 750\n640\n"; got != want {
		t.Errorf("got %s", strings.ReplaceAll(got, "\n", ", "))
	}
}
