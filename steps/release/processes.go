package release

import (
	"fmt"
	"strings"

	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

func processUnits(p plan.Plan) []string {
	var units []string
	for _, name := range p.ProcessNames() {
		units = append(units, layout.Of(p.Name).ProcessUnit(p.Release, name)+".service")
	}
	return units
}

// processFiles are their units: what they see is what the web app sees.
func processFiles(v fact.View) []shell.File {
	l, id := layout.Of(v.Plan.Name), v.Plan.Release
	var files []shell.File
	for _, name := range v.Plan.ProcessNames() {
		files = append(files, shell.File{Path: "/etc/systemd/system/" + l.ProcessUnit(id, name) + ".service", Mode: "644",
			Content: fmt.Sprintf(`# Written by slipway.
[Unit]
Description=%s release %s, process %s
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
User=%s
Group=%s
%s
%s
TimeoutStopSec=%d
Restart=always
RestartSec=2
UMask=0027
%s

[Install]
WantedBy=multi-user.target
`, v.Plan.Name, id, name, l.User, l.User, strings.Join(UnitProperties(l, id), "\n"), runLines(v.Plan.App.Processes[name]),
				processStopSeconds, strings.Join(confined, "\n"))})
	}
	return files
}

// processStopSeconds is how long a process may take to finish what it is at.
const processStopSeconds = 30

// processScript ends the processes of other releases, and starts those of the
// release that took over: never are there two of one at a time. One that does
// not stay up is told of; the web app goes on all the same.
func processScript(l layout.Layout, id string) string {
	return fmt.Sprintf(`old=$(systemctl list-units --plain --no-legend --full '%[1]s-*-process-*.service' | cut -d' ' -f1 | grep -v '^%[2]s-process-' || :)
if [ -n "$old" ]; then
  systemctl stop $old
  systemctl --quiet --no-reload disable $old
fi
new=
for file in /etc/systemd/system/%[2]s-process-*.service; do
  [ ! -e "$file" ] || new="$new $(basename "$file")"
done
if [ -n "$new" ]; then
  systemctl restart $new || :
  systemctl --quiet --no-reload enable $new
  sleep 2
  ended=
  for unit in $new; do
    if ! systemctl is-active --quiet "$unit" || [ "$(systemctl show -P NRestarts "$unit")" != 0 ]; then
      process=${unit#*-process-}
      echo "the release takes the traffic, but its process ${process%%.service} does not stay up; its last lines:"
      journalctl -q -n 10 -o cat -u "$unit"
      ended=yes
    fi
  done
  [ -z "$ended" ] || exit 1
fi`, l.User, l.Unit(id))
}
