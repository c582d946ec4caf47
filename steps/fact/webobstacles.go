package fact

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"slipway/steps/plan"
	"slipway/steps/shell"
)

//go:embed webservers.sh
var webServersText string

// after are the lines that begin with a word, without it.
func after(lines []string, word string) []string {
	var rest []string
	for _, line := range lines {
		if text, ok := strings.CutPrefix(line, word+" "); ok {
			rest = append(rest, text)
		} else if line == word {
			rest = append(rest, "")
		}
	}
	return rest
}

// webPorts are the ports on which visitors come.
func webPorts(p plan.Plan) []int {
	return slices.DeleteFunc(p.OpenPorts(), func(port int) bool { return port == 22 })
}

// webObstacles are what would keep visitors from the app: other sites of nginx, and
// firewalls that let nobody in.
func webObstacles(p plan.Plan, looked string) []obstacle {
	lines := shell.SplitLines(looked)
	stock := after(lines, "stock")
	var all []obstacle
	for _, server := range nginxServers(after(lines, "T")) {
		if slices.Contains(stock, server.file) {
			continue // a page of the package's, which is replaced or answers nobody
		}
		all = append(all, server.obstacles(p)...)
	}
	for _, port := range webPorts(p) {
		if ufw := after(lines, "ufw"); ufwCloses(ufw, port) {
			all = append(all, obstacle{fmt.Sprintf("ufw, its firewall, lets nobody in at port %d", port), fmt.Sprintf("on the server, ufw allow %d/tcp", port)})
			continue
		}
		if table, ok := closingTable(after(lines, "N"), port); ok {
			all = append(all, obstacle{fmt.Sprintf("another firewall there lets nobody in at port %d: nftables' table %s", port, table),
				fmt.Sprintf("on the server, let TCP port %d in where that table's rules come from, and load them", port)})
		}
	}
	return all
}

// obstacles tells where a server takes the app's place, or the app would take its.
func (s nginxServer) obstacles(p plan.Plan) []obstacle {
	var all []obstacle
	anonymous := !slices.ContainsFunc(s.names, func(name string) bool { return name != "" && name != "_" && name != "localhost" })
	domain := ""
	for _, name := range p.Domains() {
		if slices.ContainsFunc(s.names, func(n string) bool { return strings.EqualFold(n, name) }) {
			domain = name
		}
	}
	for _, at := range s.listens {
		if !slices.Contains(webPorts(p), at.port) || at.isLoopback() {
			continue
		}
		switch {
		case s.stream:
			all = append(all, obstacle{fmt.Sprintf("nginx there passes port %d on as it is: %s says stream or mail", at.port, s.file),
				"on the server, give that another port in " + s.file + ", or remove it, and type nginx -t"})
		case at.isDefault:
			all = append(all, obstacle{fmt.Sprintf("another site of nginx answers all names on port %d: %s says default_server", at.port, s.file),
				fmt.Sprintf("on the server, take the word default_server out of %s, or remove the file, and type nginx -t", s.file)})
		case at.address != "":
			all = append(all, obstacle{fmt.Sprintf("another site of nginx has port %d of the address %s for itself: %s", at.port, at.address, s.file),
				fmt.Sprintf("on the server, take the address out of its listen in %s, or remove the file, and type nginx -t", s.file)})
		case domain != "":
			all = append(all, obstacle{fmt.Sprintf("another site of nginx answers to %s on port %d: %s", domain, at.port, s.file),
				fmt.Sprintf("on the server, take %s out of its server_name in %s, or remove the file, and type nginx -t", domain, s.file)})
		case anonymous:
			all = append(all, obstacle{fmt.Sprintf("another site of nginx answers all names on port %d: %s has no server_name of its own", at.port, s.file),
				fmt.Sprintf("on the server, give it a name or another port in %s, or remove the file, and type nginx -t", s.file)})
		}
	}
	return all
}

// startsAtBoot is a program that does not run now: "80 apache2.service /etc/apache2/ports.conf:5".
func startsAtBoot(c judge, rest string) (obstacle, bool) {
	fields := strings.Fields(rest)
	if len(fields) != 3 {
		return obstacle{}, false
	}
	port, err := strconv.Atoi(fields[0])
	where := ""
	if fields[2] != fields[1] {
		where = ", says " + fields[2]
	}
	return obstacle{fmt.Sprintf("%s does not run now, but the next boot starts it, and it listens on port %d%s", fields[1], port, where),
		fmt.Sprintf("on the server, systemctl disable %s, or give it another port", fields[1])}, err == nil && slices.Contains(webPorts(c.plan), port)
}

// passedOn are ports that never reach nginx: "tcp 80".
func passedOn(c judge, rest string) (obstacle, bool) {
	protocol, ports, _ := strings.Cut(rest, " ")
	for text := range strings.SplitSeq(strings.Trim(ports, "{} "), ",") {
		port, err := strconv.Atoi(strings.TrimSpace(text))
		if err == nil && protocol == "tcp" && slices.Contains(webPorts(c.plan), port) {
			return obstacle{fmt.Sprintf("the server passes port %d on to a container or another computer", port),
				fmt.Sprintf("on the server, nft list ruleset shows the rule with dnat; with Docker, docker ps --filter publish=%d shows the container", port)}, true
		}
	}
	return obstacle{}, false
}

// closedByFirewalld is a port that firewalld's default zone does not let in: "80 http".
func closedByFirewalld(c judge, rest string) (obstacle, bool) {
	text, service, _ := strings.Cut(rest, " ")
	port, err := strconv.Atoi(text)
	return obstacle{fmt.Sprintf("firewalld, its firewall, lets nobody in at port %d", port),
		fmt.Sprintf("on the server, firewall-cmd --permanent --add-service=%s && firewall-cmd --reload", service)}, err == nil && slices.Contains(webPorts(c.plan), port)
}

// ufwCloses tells from what ufw status verbose prints whether ufw shuts a TCP port.
func ufwCloses(status []string, port int) bool {
	text := strings.Join(status, "\n")
	if !strings.Contains(text, "Status: active") || strings.Contains(text, "Default: allow (incoming)") {
		return false
	}
	for _, line := range status {
		fields := strings.Fields(line)
		i := slices.IndexFunc(fields, func(f string) bool { return f == "ALLOW" || f == "LIMIT" })
		if i < 1 || !slices.Contains(fields[i:], "Anywhere") {
			continue
		}
		ports, protocol, named := strings.Cut(fields[0], "/")
		if ports == "Anywhere" || (!named || protocol == "tcp") && listsPort(ports, port) {
			return false
		}
	}
	return true
}

// listsPort tells whether a list like "80", "80,443", "1:1024" or "1-1024" has a port.
func listsPort(list string, port int) bool {
	for text := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(strings.ReplaceAll(strings.TrimSpace(text), ":", "-"), "-")
		from, err := strconv.Atoi(first)
		to := from
		if isRange && err == nil {
			to, err = strconv.Atoi(last)
		}
		if err == nil && from <= port && port <= to {
			return true
		}
	}
	return false
}

var (
	nftTable = regexp.MustCompile(`^table (ip|inet) (\S+) \{`)
	nftPorts = regexp.MustCompile(`^(.*)\b(?:tcp|th) dport (?:\{ ([0-9, -]+) \}|([0-9-]+)) .*$`)
	// nftOthers are rules that let in what is no new connection of a visitor.
	nftOthers = regexp.MustCompile(`\bct state (\{ )?(established|related)[ ,](established |related |accept|\}|counter)|\biif(name)? "?lo"?\b|\b(icmp|icmpv6|igmp|udp)\b|\bl4proto (\{ )?(1|58|17|icmp|udp|ipv6-icmp)\b|\b(ip|ip6) saddr \b`)
)

// closingTable finds a table of nftables that certainly drops what comes in at a TCP
// port: its chain of input drops what no rule lets in, and no rule lets the port in. A
// rule that is not understood may do so.
func closingTable(ruleset []string, port int) (string, bool) {
	table, drops, admits := "", false, false
	for _, line := range ruleset {
		if m := nftTable.FindStringSubmatch(line); m != nil {
			table, drops, admits = m[1]+" "+m[2], false, false
			continue
		}
		text := strings.TrimSpace(line)
		switch {
		case line == "}":
			if table != "" && table != "inet slipway" && drops && !admits {
				return table, true
			}
			table = ""
		case strings.HasPrefix(text, "type "):
			drops = drops || strings.Contains(text, " hook input ") && strings.Contains(text, "policy drop")
		case mayAdmit(text, port):
			admits = true
		}
	}
	return "", false
}

// mayAdmit tells whether a rule may let a visitor's connection to a TCP port in.
func mayAdmit(rule string, port int) bool {
	if !strings.Contains(rule, "accept") && !strings.Contains(rule, "vmap") && !strings.Contains(rule, "xt target") {
		return false
	}
	if m := nftPorts.FindStringSubmatch(rule); m != nil {
		return listsPort(m[2]+m[3], port)
	}
	return !nftOthers.MatchString(rule)
}
