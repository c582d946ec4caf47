package restores

import (
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// TestRestore brings a backup of an app with PostgreSQL back: over the live data, which
// can be put back, and onto a new server once the old one is gone.
func TestRestore(t *testing.T) {
	localtest.NeedMachines(t)
	s := newStore(e2e.NewOperator(t, 6*time.Minute), "restores-shop")
	s.write("requirements.txt", "django\npsycopg[binary]\n")
	kept := []string{"--service", "postgres", "--backup-to", "local:" + t.TempDir() + "/backups"}
	s.deploy(append(kept, "--env", "GREETING=good day", "--env", "SECRET_KEY=a \"b\" $c\\d")...)
	s.add("ann", "bob")
	s.Root(s.name, "install -D -o app-"+s.name+" /etc/hostname /var/lib/app-"+s.name+"/papers/one.txt")
	old := strings.Fields(s.Must("backup", "now", s.name).Stdout)[0]
	s.version("2")
	second := s.deploy()
	s.add("cid")

	refused := s.Run("restore", s.name)
	if refused.Code != 2 || !strings.Contains(refused.Stderr, "give -y") || !strings.Contains(refused.Stderr, "1 row of postgres") {
		t.Errorf("without -y: exit %d\n%s", refused.Code, refused.Stderr)
	}
	if none := s.Run("restore", s.name, "2020-01-31", "-y"); none.Code != 1 || !strings.Contains(none.Stderr, "no backup from") {
		t.Errorf("a time before the first backup: exit %d\n%s", none.Code, none.Stderr)
	}
	s.says("version 2: 3 customers")

	// The backup is of before the migration, which runs over it before the app starts.
	restored := s.Must("restore", s.name, old, "-y")
	if strings.TrimSpace(restored.Stdout) != "backup "+old {
		t.Errorf("stdout is %q", restored.Stdout)
	}
	s.says("version 2: 2 customers, greeting good day")
	s.add("dee")
	s.Must(append(putBack(t, restored.Stderr), "-y")...)
	s.says("version 2: 3 customers")
	if again := s.Deploy(s.folder, "--name", s.name); again.Changed || again.Release != second {
		t.Errorf("a run without changes changed something: %v", again.Steps)
	}

	s.broken(old)
	s.Must("backup", "now", s.name)
	s.Must("backup", "fetch", s.name)
	s.gone()
	s.asNew()
}

// broken has a restore fail at its worst moments. The live data stays as it was each time.
func (s *store) broken(old string) {
	s.T.Helper()
	for what, breaks := range map[string]string{
		"the release command fails":           "mv /srv/app-" + s.name + "/current/venv/bin/python /srv/app-" + s.name + "/current/venv/bin/python.gone",
		"parts of the repository are damaged": "for f in $(find /var/lib/slipway/backup/repository/data -type f); do dd status=none if=/dev/zero of=$f bs=64 count=8 conv=notrunc; done",
	} {
		copied := "/var/lib/slipway/backup/repository"
		s.Root(s.name, "cp -a "+copied+" "+copied+".whole; "+breaks)
		if r := s.Run("restore", s.name, old, "-y"); r.Code != 1 {
			s.T.Errorf("%s: exit %d\n%s", what, r.Code, r.Stderr)
		}
		s.Root(s.name, "rm -rf "+copied+"; mv "+copied+".whole "+copied+"; p=/srv/app-"+s.name+"/current/venv/bin/python; [ ! -L $p.gone ] && [ ! -e $p.gone ] || mv $p.gone $p")
		s.says("version 2: 3 customers")
	}
}

// gone has the server go away with all that is on it.
func (s *store) gone() {
	s.T.Helper()
	s.Root(s.name, "systemctl poweroff --no-block")
}

// asNew restores the last backup onto a new server: its rows, its files and its variables.
func (s *store) asNew() {
	s.T.Helper()
	const name = "restores-anew"
	began := time.Now()
	r := s.Must("restore", s.name, "--as", name, "--yes")
	s.T.Logf("restore --as took %.1f s", time.Since(began).Seconds())
	lines := strings.Split(strings.TrimSpace(r.Stdout), "\n")
	s.url = lines[len(lines)-1]
	s.says("version 2: 3 customers, greeting good day")
	if got := s.Root(name, "stat -c %U /var/lib/app-"+name+"/papers/one.txt; grep -c 'SECRET_KEY=\"a .\"b.\" .$c..d\"' /etc/slipway/variables/*.env | grep -o '.$'"); got != "app-"+name+"\n1" {
		s.T.Errorf("the file's owner and the variables are %q", got)
	}
	s.add("eve")
	if again := s.Deploy(s.folder, "--name", name); again.Changed {
		s.T.Errorf("a run without changes changed something: %v", again.Steps)
	}
	if used := s.Run("restore", s.name, "--as", name, "--yes"); used.Code != 2 {
		s.T.Errorf("onto a deployment that is there: exit %d\n%s", used.Code, used.Stderr)
	}
}
