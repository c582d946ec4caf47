package service

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

var (
	//go:embed portlook.sh
	portLookText string
	//go:embed mariadbport.sh
	mariaDBPortText string
	//go:embed mariadbportlook.sh
	mariaDBPortLookText string
)

const (
	// loopback is the only address on which a database listens.
	loopback = "127.0.0.1"
	// mariaDBPassword is the file of the password of the app's role at the port. Only root
	// reads it.
	mariaDBPassword = settingsFolder + "mariadb.password"
)

// ports are those on which a kind can be reached by clients that take no socket: everybody's,
// for an app may read a host and no port.
var ports = map[string]int{app.MariaDB: 3306, app.Redis: 6379}

// clients are the Unix users that may connect to a kind's port, beside root.
func clients(kind string, p plan.Plan) []string {
	if kind == app.MariaDB { // which tells them apart by their passwords
		return []string{layout.Of(p.ServerName()).User, builder}
	}
	return []string{layout.Of(p.ServerName()).User}
}

// onPort is the variable by which the app reads the host of a kind of database where its
// client takes no socket; false if the socket serves. A client of Redis takes one in an
// address alone. MariaDB's own library takes the socket for localhost.
func onPort(p plan.Plan, kind string) (app.ServiceName, bool) {
	has := func(part string) bool {
		return slices.ContainsFunc(p.App.ServiceNames, func(n app.ServiceName) bool { return n.Kind == kind && n.Part == part })
	}
	if ports[kind] == 0 || p.OnPlatform() || !slices.Contains(p.Services(), kind) || kind == app.Redis && has(app.PartURL) || kind == app.MariaDB && !has(app.PartPassword) {
		return app.ServiceName{}, false
	}
	_, native := p.App.Named["mysqlclient"]
	for _, n := range p.App.ServiceNames {
		if n.Kind == kind && n.Part == app.PartHost && (kind == app.Redis || n.NeedsHost && !n.InAddress && !native) {
			return n, true
		}
	}
	return app.ServiceName{}, false
}

// atPort changes the value of a variable that has a part of the port's address.
func atPort(n app.ServiceName, values map[string]string) {
	switch n.Part {
	case app.PartHost:
		values[n.Variable] = loopback
	case app.PartPort:
		values[n.Variable] = strconv.Itoa(ports[n.Kind])
	}
}

// SecretsFile is the file of those variables of a plan's databases that have a password in
// them, as systemd reads it; "" if none has. Only root reads it.
func SecretsFile(p plan.Plan) string {
	if _, ok := onPort(p, app.MariaDB); ok {
		return layout.ServiceVariables
	}
	return ""
}

// passwordNames are the variables in SecretsFile.
func passwordNames(p plan.Plan) string {
	var names []string
	for _, n := range p.App.ServiceNames {
		if n.Kind == app.MariaDB && n.Part == app.PartPassword {
			names = append(names, n.Variable)
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}

// guardPath is the file of the kernel's rules for a kind's port, guardTable the name of
// their table.
func guardPath(kind string) string  { return settingsFolder + kind + ".nft" }
func guardTable(kind string) string { return "slipway_" + kind }

// guardFiles are the kernel's rules for a kind's port, if it has one: a program of another
// user's gets no connection, whatever it knows.
func guardFiles(kind string, p plan.Plan) []shell.File {
	if _, ok := onPort(p, kind); !ok {
		return nil
	}
	var users []string
	for _, user := range clients(kind, p) {
		users = append(users, fmt.Sprintf("%q", user))
	}
	return []shell.File{{Path: guardPath(kind), Mode: "644", Content: fmt.Sprintf(`# Written by slipway.
table inet %[1]s
delete table inet %[1]s
table inet %[1]s {
	chain output {
		type filter hook output priority filter; policy accept;
		tcp dport %[2]d fib daddr type local meta skuid != { 0, %[3]s } reject with tcp reset
	}
}
`, guardTable(kind), ports[kind], strings.Join(users, ", "))}}
}

// networkLines are the lines of a kind's unit about its network: none, or the loopback
// address behind the kernel's rules.
func (k database) networkLines(p plan.Plan) []string {
	if _, ok := onPort(p, k.name); !ok {
		return []string{"RestrictAddressFamilies=AF_UNIX", "PrivateNetwork=yes"}
	}
	return []string{
		"RestrictAddressFamilies=AF_UNIX AF_INET", "IPAddressDeny=any", "IPAddressAllow=localhost",
		"ExecStartPre=+" + shell.UnitWords("/usr/sbin/nft", "-f", guardPath(k.name)),
		"ExecStopPost=-+" + shell.UnitWords("/usr/sbin/nft", "delete", "table", "inet", guardTable(k.name)),
	}
}

// lookPort is shell text that prints "guarded" if the kernel's rules for a kind's port are
// loaded.
func (k database) lookPort(p plan.Plan) string {
	if _, ok := onPort(p, k.name); !ok {
		return ""
	}
	return shell.Script(portLookText, shell.Values{"table": guardTable(k.name)})
}

// unguarded tells whether a plan's port is not behind the kernel's rules.
func (k database) unguarded(v fact.View) bool {
	_, ok := onPort(v.Plan, k.name)
	return ok && !slices.Contains(shell.SplitLines(v.Looked), "guarded")
}

// portNotes say that there is a port, and why.
func (k database) portNotes(v fact.View) []string {
	n, ok := onPort(v.Plan, k.name)
	if !ok {
		return nil
	}
	why := ""
	if n.Source != "" {
		why = ": " + n.Source + " reads " + n.Variable + ", and its client takes no socket"
	}
	return []string{fmt.Sprintf("%s is also at port %d of %s, for the app's own user alone%s", k.title, ports[k.name], loopback, why)}
}
