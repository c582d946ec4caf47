package backups

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
	"slipway/ui/e2e/speed"
)

var rounds = flag.Int("rounds", 3, "how many nights BenchmarkNight measures")

// byHand is what somebody writes who knows pg_dump and restic: a dump into a file, and one run of
// restic over it and the app's files. Who knows both well does not have pg_dump compress: restic
// finds the same blocks again only in what is not compressed.
func byHand(repository, options string) string {
	return `export RESTIC_REPOSITORY=/root/` + repository + ` RESTIC_PASSWORD_FILE=/etc/slipway/backup.key
[ -e "$RESTIC_REPOSITORY" ] || restic -q init
runuser -u postgres -- pg_dump --host=/run/slipway-postgres ` + options + ` app-night >/root/night.dump
nice restic -q backup /root/night.dump /var/lib/app-night
rm /root/night.dump`
}

// little changes a thousandth of the rows, which lie together, and one small file.
const little = `runuser -u app-night -- psql -qX -v ON_ERROR_STOP=1 -h /run/slipway-postgres app-night <<'SQL'
UPDATE readings SET said = md5(random()::text) WHERE id BETWEEN 3000000 AND 3007000;
SQL
runuser -u postgres -- psql -qX -h /run/slipway-postgres -c CHECKPOINT
head -c 1M /dev/urandom >/var/lib/app-night/changed; sync`

// BenchmarkNight prints how long a night's backup of 1 GB takes in which little has changed,
// beside pg_dump and restic by hand on the same server, in turns.
func BenchmarkNight(b *testing.B) {
	localtest.NeedMachines(b)
	o := e2e.NewOperator(b, 15*time.Minute)
	o.Deploy("--sample", "hello", "--name", "night", "--service", "postgres", "--backup-to", "local:"+b.TempDir()+"/copy")
	root := func(script string) string { return o.Root("night", script) }
	root(`runuser -u app-night -- psql -qX -v ON_ERROR_STOP=1 -h /run/slipway-postgres app-night <<'SQL'
CREATE TABLE readings AS SELECT g AS id, md5(random()::text) || md5(random()::text) || md5(random()::text) AS said FROM generate_series(1, 7000000) g;
SQL
for n in 1 2 3; do head -c 100M /dev/urandom >/var/lib/app-night/file$n; done; chown -R app-night: /var/lib/app-night/file*`)
	b.Logf("%s bytes of database", root(`runuser -u postgres -- psql -qAtX -h /run/slipway-postgres -c "SELECT pg_database_size('app-night')"`))
	root(aNight) // the first saves all of it, and is proven by a drill
	plain, dedup := byHand("plain", "-Fc"), byHand("dedup", "-Fc --compress=0")
	root(plain)
	root(dedup)
	took := func(script string) float64 {
		words := strings.Fields(root("began=$(date +%s.%N)\n" + script + "\necho \"took $began $(date +%s.%N)\""))
		began, err := strconv.ParseFloat(words[len(words)-2], 64)
		ended, err2 := strconv.ParseFloat(words[len(words)-1], 64)
		if err != nil || err2 != nil {
			b.Fatalf("the server says %q", words)
		}
		return ended - began
	}
	const what, goal = "a night's backup of 1 GB with little change, s", "≤ 1.20"
	besidePlain := &speed.Figure{Name: what, Beside: "pg_dump -Fc and restic by hand", Goal: goal}
	besideDedup := &speed.Figure{Name: what, Beside: "the same with pg_dump -Fc --compress=0", Goal: goal}
	for n := range *rounds {
		measures := []func(){
			func() { besidePlain.Ours = append(besidePlain.Ours, took(aNight)) },
			func() { besideDedup.Theirs = append(besideDedup.Theirs, took(dedup)) },
			func() { besidePlain.Theirs = append(besidePlain.Theirs, took(plain)) },
		}
		for i := range measures {
			root(little)
			measures[(i+n)%len(measures)]()
		}
	}
	besideDedup.Ours = besidePlain.Ours
	b.ReportMetric(0, "ns/op")
	fmt.Print("\n" + speed.Table([]*speed.Figure{besidePlain, besideDedup}) + "\n")
}
