package release

import (
	"fmt"

	"slipway/steps/layout"
	"slipway/steps/shell"
)

// keptReleases is how many releases that took traffic stay on the server, the
// current one among them.
const keptReleases = 5

// SwitchScript starts a release whose units are there, and lets it take the
// traffic once it answers. No request is lost on the way: nginx follows a link
// to the release's socket, and what ran before ends when nothing talks to it.
func SwitchScript(l layout.Layout, id string) string {
	return shell.Lines(
		endRetirement(l, id),
		startScript(l, id),
		switchTo(l, l, id),
		earlierScript(l, id),
		`static=$(`+readStaticPaths(l)+`)`,
		shell.Command("ln", "-sfnT", l.Release(id), l.Current()+".slipway-part"),
		shell.Command("mv", "-fT", l.Current()+".slipway-part", l.Current()),
		`[ "$static" = "$(`+readStaticPaths(l)+`)" ] || ! systemctl is-active --quiet nginx.service || {`,
		`  nginx -q -t`,
		`  systemctl reload nginx.service`,
		`  sleep 1 # the workers of before may take requests for a moment still`,
		`}`,
		// When it first took traffic; one that never did is nothing to go back to.
		`[ -e `+shell.Quote(l.Release(id)+"/served")+` ] || touch `+shell.Quote(l.Release(id)+"/served"),
		shell.Enable(l.Unit(id)+".socket"), shell.Enable(l.Unit(id)+".service"),
		retireScript(l, id),
		pruneScript(l, id),
		processScript(l, id),
	)
}

// earlierScript links a release to the one that it takes over from: a page that
// was loaded before goes on to find the files that only its release has.
func earlierScript(l layout.Layout, id string) string {
	return shell.Lines(
		`earlier=$(readlink `+shell.Quote(l.Current())+` || :)`,
		`case $earlier in ''|`+shell.Quote(l.Release(id))+`) :;; *) ln -sfnT "$earlier" `+shell.Quote(l.Release(id)+"/earlier")+`;; esac`,
	)
}

// readStaticPaths prints what nginx serves of the current release, or nothing.
func readStaticPaths(l layout.Layout) string {
	return shell.Command("cat", l.StaticPaths(l.Current())) + ` 2>/dev/null || :`
}

// startScript starts an instance of a release and waits until it is healthy.
func startScript(l layout.Layout, id string) string {
	return shell.Lines(
		`systemctl start `+l.Unit(id)+`.socket`,
		`systemctl restart `+l.Unit(id)+`.service || :`,
		healthScript(l, id),
	)
}

// healthScript asks the new release over its own socket until it is healthy.
// One that dies twice, takes too long or keeps answering wrongly is stopped,
// unless it has the traffic already; its last lines are printed, and in what it
// differs from the release that goes on. A 503 is what an app says that is still
// warming up.
func healthScript(l layout.Layout, id string) string {
	return fmt.Sprintf(`health_path=/ health_status= health_seconds=60 health_host=localhost health_scheme=http
[ ! -e %[5]s ] || . %[5]s
healthy() { case $health_status in '') [ "$1" -ge 100 ] && [ "$1" -lt 500 ];; *) [ "$1" = "$health_status" ];; esac; }
asked() { curl -s -o /dev/null -m "$patience" -w '%%{http_code}' --unix-socket %[1]s -H "Host: $health_host" -H "X-Forwarded-Proto: $health_scheme" "http://localhost$health_path" || :; }
ended() { journalctl -q -n 1000 -o cat _SYSTEMD_INVOCATION_ID="$(systemctl show -P InvocationID %[2]s.service)" | grep -oE '(Worker (exiting )?\(pid: ?|Child process \[)[0-9]+' | grep -oE '[0-9]+$' | sort -u | wc -l; }
end=$(($(date +%%s) + health_seconds)) wrong= patience=1 counted= looping=
until status=$(asked); healthy "$status"; do
  now=$(date +%%s)
  case $status in 000|503) wrong=;; *) wrong=${wrong:-$((now + %[4]d))};; esac
  # A server starts workers again and again that end by themselves.
  if [ "$status" = 000 ] && [ "$now" != "$counted" ]; then counted=$now; [ "$(ended)" -lt %[7]d ] || looping=yes; fi
  if [ -n "$looping" ] || [ "$now" -ge "${wrong:-$end}" ] || [ "$now" -ge "$end" ] || systemctl is-failed --quiet %[2]s.service || [ "$(systemctl show -p NRestarts --value %[2]s.service)" -gt 1 ]; then
    case $looping$status in
      yes*) echo "the release did not answer at $health_path: its workers end as soon as they start; its last lines:";;
      000) echo "the release did not answer at $health_path; its last lines:";;
      *) echo "the release answered with status $status at $health_path, and ${health_status:-one below 500} is wanted; its last lines:";;
    esac
    said=$(journalctl -q -n 200 -o cat -u %[2]s.service)
    # What the app raised, if it did, is above what gunicorn has to say of it.
    raised=$(printf '%%s\n' "$said" | sed -n '/Exception in worker process/,/Worker exiting/p')
    printf '%%s\n' "${raised:-$said}" | tail -n 12
%[8]s
    [ "$(readlink %[6]s)" != %[3]s ] || exit 1
    systemctl stop %[2]s.socket %[2]s.service
    systemctl reset-failed %[2]s.socket %[2]s.service 2>/dev/null || :
    exit 1
  fi
  [ "$patience" -ge 8 ] || patience=$((patience * 2))
  sleep 0.1
done`, shell.Quote(l.Socket(id)), l.Unit(id), l.Release(id), wrongSeconds, shell.Quote(l.Health(id)), l.Current(), endedWorkers, differenceScript(l, id))
}

// endedWorkers is how many workers of a release may end before it has answered.
const endedWorkers = 6

// wrongSeconds is how long a new release may answer with a wrong status.
const wrongSeconds = 10

// retireUnit waits until nothing talks to the old release, if that takes long.
const retireUnit = "slipway-retire.service"

const (
	// drainTenths is how long, in tenths of a second, a take-over waits for the
	// old release to be left alone. The connections that nginx keeps to it end
	// within two seconds, each after the request that it is used for.
	drainTenths = 25
	// retireTenths is how long after that requests may go on which are under way:
	// nginx itself waits that long for an answer.
	retireTenths = 600
)

// othersScript finds the units of all releases but one.
func othersScript(l layout.Layout, id string) string {
	return fmt.Sprintf(`old=$(systemctl list-units --plain --no-legend --full --all '%[1]s-*.service' '%[1]s-*.socket' | cut -d' ' -f1 | grep -v '^%[2]s[.-]' || :)`,
		l.User, l.Unit(id))
}

// endRetirement hurries what is still retiring from an earlier take-over: no
// more than one old release is there beside the new one.
func endRetirement(l layout.Layout, id string) string {
	return shell.Lines(
		`if systemctl is-active --quiet `+retireUnit+`; then`,
		`  systemctl stop `+retireUnit,
		`  serving=$(basename "$(readlink `+shell.Quote(l.Current())+`)")`,
		`  `+othersScript(l, id),
		`  old=$(printf '%s\n' $old | grep -v "^`+l.User+`-$serving[.-]" || :)`,
		`  [ -z "$old" ] || systemctl stop --no-block $old`,
		`fi`,
	)
}

// idling is shell text, to be read twice by a shell: idle waits until sockets
// have neither a connection nor one that is to be accepted, for so many tenths
// of a second at most.
const idling = `busy() { ss -xHna | awk -v sockets=" $* " "index(sockets, \" \" \$5 \" \") { n += \$2 == \"LISTEN\" ? \$3 : 1 } END { exit !n }"; }
idle() { left=$1; shift; while busy "$@"; do [ "$left" -gt 0 ] || return 1; left=$((left - 1)); sleep 0.1; done; }`

// drained waits until nothing talks to an instance any more that nginx was
// switched away from. What takes longer is left to the instance to finish.
func drained(l layout.Layout, id string) string {
	return shell.Lines("eval "+shell.Quote(idling), fmt.Sprintf("idle %d %s || :", drainTenths, shell.Quote(l.Socket(id))))
}

// retireScript stops what ran before, once nothing talks to it. A request that
// takes longer is waited for by a unit of its own, and so is not waited for here.
func retireScript(l layout.Layout, id string) string {
	return fmt.Sprintf(`%[1]s
if [ -n "$old" ]; then
  systemctl --quiet --no-reload disable $old
  sockets=$(ls %[2]s/*.sock | grep -vFx %[3]s || :)
  idling=%[7]s
  eval "$idling"
  if idle %[4]d $sockets; then
    systemctl stop --no-block $old
  else
    systemd-run --quiet --collect --unit=%[5]s --description="requests to old releases end" /bin/sh -c "$idling
idle %[6]d $(echo $sockets) || :
systemctl stop --no-block $(echo $old)"
  fi
fi`, othersScript(l, id), "/run/"+l.User, l.Socket(id), drainTenths, retireUnit, retireTenths, shell.Quote(idling))
}

// pruneScript removes the releases that are too many, those that never took
// traffic, and the environments that no release uses any more. The one in hand
// stays, and so does the one that has the traffic.
func pruneScript(l layout.Layout, id string) string {
	return fmt.Sprintf(`kept=$(ls -1t %[3]s/*/served | head -n %[4]d)
for gone in %[3]s/*; do
  name=$(basename "$gone")
  case "$kept" in *"/$name/"*) continue;; esac
  [ "$name" != %[2]s ] && [ "$(readlink %[6]s)" != "$gone" ] || continue
  rm -rf "$gone" /etc/systemd/system/%[1]s-"$name"[.-]* %[7]s/"$name.env"
done
rm -f /etc/systemd/system/%[1]s-next-*
for venv in %[5]s/*; do
  [ -n "$(find %[3]s -mindepth 2 -maxdepth 2 -name venv -lname "$venv")" ] || rm -rf "$venv"
done`, l.User, id, l.Releases(), keptReleases, l.Venvs(), l.Current(), layout.VariablesFolder)
}
