package system

import (
	_ "embed"
	"encoding/hex"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

//go:embed listeners.sh
var listenersText string

// lookListeners prints what listenersIn reads.
func lookListeners(p plan.Plan) string {
	existing := ""
	if p.Value(plan.KeyHost) != "" {
		existing = "yes"
	}
	return shell.Lines("(", fact.Sockets, shell.Script(listenersText, shell.Values{"owner": fact.OwnerFile, "existing": existing}), ")")
}

// listener is a port at which a program of the server's own listens.
type listener struct {
	plan.Port
	address netip.Addr
	// program and unit name who listens, for people only. "?" is not known.
	program, unit string
}

func (l listener) String() string {
	switch {
	case l.program == "?":
		return fmt.Sprintf("port %s, where the kernel or an unknown program listens", l.Port)
	case l.unit == "?":
		return fmt.Sprintf("port %s, where %s listens", l.Port, l.program)
	}
	return fmt.Sprintf("port %s, where %s (%s) listens", l.Port, l.program, l.unit)
}

// ownUse are ports at which a server listens for what it needs itself, which goes on
// behind the firewall: answers to its own questions for an address (68, 546/udp) and
// for the time (123/udp), and names within the local network (5353, 5355), which
// nobody outside asks for.
var ownUse = []plan.Port{{Number: 68, UDP: true}, {Number: 546, UDP: true}, {Number: 123, UDP: true},
	{Number: 5353, UDP: true}, {Number: 5355, UDP: true}, {Number: 5355}}

// word is a name that the look printed, as it may be shown.
var word = regexp.MustCompile(`^[A-Za-z0-9._@:+-]+$`)

// closes are the ports that the firewall would close to a program that listens there,
// each once and in order.
func closes(v fact.View) []listener {
	published, open, inside := publishedIn(v.Looked), portsIn(v), insideIn(v)
	allowed, _ := v.Plan.Allowed()
	var all []listener
	for _, l := range listenersIn(v.Looked) {
		if slices.Contains(inside, l.address) {
			continue // only containers reach it, and they still do
		}
		isOpen := !l.UDP && slices.Contains(open, l.Number) || slices.Contains(allowed, l.Port)
		if isOpen || slices.Contains(ownUse, l.Port) || slices.Contains(published, l.Port) {
			continue
		}
		if !slices.ContainsFunc(all, func(other listener) bool { return other.Port == l.Port }) {
			all = append(all, l)
		}
	}
	slices.SortFunc(all, func(a, b listener) int { return a.Compare(b.Port) })
	return all
}

// refuseToClose is the error, a *providers.Usage, if the firewall would close a port
// at which a program listens, and nobody said whether it may.
func refuseToClose(v fact.View) error {
	all := closes(v)
	if _, given := v.Plan.Allowed(); given || len(all) == 0 {
		return nil
	}
	var what, flags []string
	for _, l := range all {
		what = append(what, l.String())
		flags = append(flags, "--"+plan.KeyAllow+" "+l.Port.String())
	}
	return plan.Usagef(fmt.Sprintf("give %s to keep what is named open, or --%s %s to close all of it; nothing was changed on the server",
		strings.Join(flags, " "), plan.KeyAllow, plan.AllowNone), "the firewall would close %s", strings.Join(what, ", and "))
}

// closings are the changes by which ports are closed to programs that listen there.
func closings(v fact.View) []providers.Change {
	var changes []providers.Change
	for _, l := range closes(v) {
		changes = append(changes, providers.Change{What: "close " + l.String(), Closes: l.Port.String(),
			Why: fmt.Sprintf("--%s %s keeps it open", plan.KeyAllow, l.Port)})
	}
	return changes
}

// listenersIn reads what lookListeners printed of programs. What listens only for the
// server itself, or for its containers, is left out.
func listenersIn(looked string) []listener {
	var all []listener
	for _, line := range shell.SplitLines(looked) {
		fields := strings.Fields(line)
		if len(fields) != 6 || fields[0] != "listener" || !word.MatchString(fields[4]) && fields[4] != "?" {
			continue
		}
		address, number, err := kernelAddress(fields[2])
		if err != nil || address.IsLoopback() {
			continue
		}
		l := listener{plan.Port{Number: number, UDP: fields[1] == "udp"}, address, fields[4], fields[5]}
		if !word.MatchString(l.unit) {
			l.unit = "?"
		}
		all = append(all, l)
	}
	return all
}

// insideIn are the server's own addresses on bridges that lead to containers only.
func insideIn(v fact.View) []netip.Addr {
	var all []netip.Addr
	for _, line := range shell.SplitLines(v.Looked) {
		fields := strings.Fields(line)
		if len(fields) != 3 || fields[0] != "bridge" || slices.Contains(strings.Fields(v.System.OutwardBridges), fields[1]) {
			continue
		}
		if address, err := netip.ParseAddr(fields[2]); err == nil {
			all = append(all, address)
		}
	}
	return all
}

// kernelAddress reads an address and port from the kernel's table of sockets: both
// hexadecimal, the address in words of 32 bits, each with its lowest byte first.
func kernelAddress(text string) (netip.Addr, int, error) {
	host, port, _ := strings.Cut(text, ":")
	number, err := strconv.ParseUint(port, 16, 16)
	if err != nil {
		return netip.Addr{}, 0, fmt.Errorf("read the port of %q: %w", text, err)
	}
	bytes, err := hex.DecodeString(host)
	if err != nil || len(bytes)%4 != 0 {
		return netip.Addr{}, 0, fmt.Errorf("read the address %q: %w", text, err)
	}
	for i := 0; i < len(bytes); i += 4 {
		slices.Reverse(bytes[i : i+4])
	}
	address, ok := netip.AddrFromSlice(bytes)
	if !ok {
		return netip.Addr{}, 0, fmt.Errorf("the address %q has %d bytes", text, len(bytes))
	}
	return address.Unmap(), int(number), nil
}

// publishedIn are the ports that the server passes on to a container or to another
// computer: they are not for a program of its own.
func publishedIn(looked string) []plan.Port {
	var all []plan.Port
	for _, line := range shell.SplitLines(looked) {
		rest, ok := strings.CutPrefix(line, "published ")
		protocol, ports, _ := strings.Cut(rest, " ")
		if !ok {
			continue
		}
		for text := range strings.SplitSeq(strings.Trim(ports, "{} "), ",") {
			first, last, isRange := strings.Cut(strings.ReplaceAll(strings.TrimSpace(text), ":", "-"), "-")
			from, err := strconv.ParseUint(first, 10, 16)
			to := from
			if isRange && err == nil {
				to, err = strconv.ParseUint(last, 10, 16)
			}
			for n := from; err == nil && n <= to; n++ {
				all = append(all, plan.Port{Number: int(n), UDP: protocol == "udp"})
			}
		}
	}
	slices.SortFunc(all, plan.Port.Compare)
	return slices.Compact(all)
}
