// Package openscap has OpenSCAP judge a real machine that was deployed with
// --hardening strict. Its benchmarks are the auditor's own, as Debian packages
// them; nothing of them is changed.
package openscap

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/steps/hardening"
	"slipway/steps/shell"
	"slipway/ui/e2e"
)

// asWithKernel has the rules judged too that need a kernel, of which a
// container has none: by the package linux-base the benchmark knows one.
var asWithKernel = flag.Bool("as-with-kernel", false, "judge also what only a server with a kernel of its own can have")

// engine can be qemu: the benchmarks then judge a kernel too, for an hour where
// the processor is emulated.
var engine = flag.String("engine", "nspawn", "the engine of the machine that is judged")

func TestMain(m *testing.M) { os.Exit(e2e.Main(m)) }

// benchmarks is the version of ssg-debian that the floors are for. Debian 13's
// own, 0.1.76, has no benchmark of CIS for Debian 12.
const benchmarks = "0.1.82-1"

// floors are what each profile's score must reach.
var floors = []struct {
	profile string
	score   float64
}{
	{"cis_level1_server", 92},
	{"anssi_bp28_intermediary", 85},
	{"anssi_bp28_enhanced", 80},
	{"anssi_bp28_high", 75},
}

const name = "audited"

// TestOpenSCAP has a machine of Debian 12, which all four benchmarks are for.
func TestOpenSCAP(t *testing.T) {
	localtest.NeedEngine(t, *engine)
	o := e2e.NewOperator(t, 6*time.Minute)
	o.Plain = true // what the auditor judges is made of nothing but what a provider rents out
	o.Deploy("--sample", "hello", "--name", name, "--image", "debian-12", "--hardening", "strict", "--engine", *engine)
	version := o.Root(name, install)
	t.Logf("benchmarks of ssg-debian %s for Debian 12", version)
	for _, f := range floors {
		found := evaluate(o, f.profile)
		t.Log(found.figures(f.profile))
		tell(t, found, version == benchmarks)
		if version == benchmarks && found.score < f.score {
			t.Errorf("%s: %.1f, below %.0f", f.profile, found.score, f.score)
		}
	}
	if !*asWithKernel {
		return
	}
	o.Root(name, linuxBase)
	for _, f := range floors {
		found := evaluate(o, f.profile)
		t.Log("as if a container had a kernel: " + found.figures(f.profile))
		tell(t, found, version == benchmarks)
	}
}

// tell prints each failure with its reason. One without is an error, if the
// reasons are for these benchmarks.
func tell(t *testing.T, found verdict, known bool) {
	t.Helper()
	for _, rule := range found.failed {
		why, ok := hardening.ExceptionFor(rule)
		switch {
		case ok:
			t.Logf("  left: %s (%s: %s)", rule, why.What, why.Why)
		case known:
			t.Errorf("  %s fails, and no reason is known", rule)
		default:
			t.Logf("  %s fails; these benchmarks are not those that the reasons are for", rule)
		}
	}
}

// verdict is what the scanner said of a profile.
type verdict struct {
	score  float64 // its own, by XCCDF's default scoring, in percent
	passed int
	failed []string // rules, errors among them
}

func (v verdict) figures(profile string) string {
	ratio := 100 * float64(v.passed) / float64(v.passed+len(v.failed))
	return profile + ": score " + strconv.FormatFloat(v.score, 'f', 1, 64) + "; " + strconv.Itoa(v.passed) + " rules pass, " +
		strconv.Itoa(len(v.failed)) + " fail (" + strconv.FormatFloat(ratio, 'f', 1, 64) + " % pass)"
}

var (
	scored = regexp.MustCompile(`<score system="urn:xccdf:scoring:default"[^>]*>([0-9.]+)<`)
	judged = regexp.MustCompile(`Rule\s+xccdf_org\.ssgproject\.content_rule_(\S+)\s+Result\s+(\S+)`)
)

func evaluate(o *e2e.Operator, profile string) verdict {
	o.T.Helper()
	out := o.Root(name, scan(profile))
	v, err := read(out)
	if err != nil {
		o.T.Fatalf("%s: %v\n%s", profile, err, out[max(0, len(out)-2000):])
	}
	return v
}

// read reads what a scan printed.
func read(out string) (verdict, error) {
	var v verdict
	var text string
	if found := scored.FindStringSubmatch(out); found != nil {
		text = found[1]
	}
	var err error
	if v.score, err = strconv.ParseFloat(text, 64); err != nil {
		return verdict{}, err
	}
	for _, rule := range judged.FindAllStringSubmatch(out, -1) {
		switch rule[2] {
		case "pass":
			v.passed++
		case "fail", "error", "unknown":
			v.failed = append(v.failed, rule[1])
		}
	}
	slices.Sort(v.failed)
	return v, nil
}

func TestRead(t *testing.T) {
	v, err := read("Title\tA\nRule\txccdf_org.ssgproject.content_rule_b\nResult\tfail\n\nTitle\tB\nRule\txccdf_org.ssgproject.content_rule_a\nResult\terror\n" +
		"\nRule\txccdf_org.ssgproject.content_rule_c\nResult\tpass\n\nRule\txccdf_org.ssgproject.content_rule_d\nResult\tnotapplicable\n" +
		`<score system="urn:xccdf:scoring:default" maximum="100.000000">33.333332</score>`)
	if err != nil || v.passed != 1 || strings.Join(v.failed, " ") != "a b" || v.score < 33.3 || v.score > 33.4 {
		t.Errorf("got %+v, %v", v, err)
	}
	if _, err := read("no score"); err == nil {
		t.Error("what has no score was read")
	}
}

// folder is where the auditor's files are in the machine. Programs do not run
// from /tmp, where the scanner would put the benchmark's scripts: so it splits
// the benchmark here first, with its own command for that.
const folder = "/var/lib/openscap-test"

// install brings the scanner and the benchmarks, without a change of apt's own
// settings, and prints the benchmarks' version. A mirror may lag behind: the
// signature counts.
const install = `set -e
export DEBIAN_FRONTEND=noninteractive
exec 3>&1 >&2
mkdir -p ` + folder + `/lists/partial
cd ` + folder + `
chmod 755 .
apt-get -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends install openscap-scanner
echo 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian forky main' >forky.list
cat >apt.conf <<'end'
Dir::Etc::SourceList "` + folder + `/forky.list";
Dir::Etc::SourceParts "-";
Dir::State::Lists "` + folder + `/lists";
Acquire::Languages "none";
Acquire::Check-Valid-Until "false";
APT::Sandbox::User "root";
Acquire::Retries "3";
end
export APT_CONFIG=` + folder + `/apt.conf
apt-get -q update
apt-get -q download ssg-debian=` + benchmarks + ` || apt-get -q download ssg-debian
dpkg-deb -x ssg-debian_*.deb content
mkdir split
oscap ds sds-split content/usr/share/xml/scap/ssg/content/ssg-debian12-ds.xml split
dpkg-deb -f ssg-debian_*.deb Version >&3
`

// linuxBase makes the benchmark take the machine for one with a kernel.
const linuxBase = `DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends install linux-base >&2`

// scan evaluates a profile and prints each rule's result and the score. Status 2
// is that of rules that fail.
func scan(profile string) string {
	return shell.Lines("cd "+folder+"/split",
		`oscap xccdf eval --cpe *cpe-dictionary.xml `+shell.Command("--profile", "xccdf_org.ssgproject.content_profile_"+profile, "--results", folder+"/results.xml")+` *xccdf.xml || [ $? = 2 ]`,
		`grep -o '<score [^<]*<' `+folder+`/results.xml`)
}
