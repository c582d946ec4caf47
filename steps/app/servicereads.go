package app

import (
	"slices"
	"strings"
)

// serviceNames finds the variables by which the source reads where its databases are: by
// their names, and by what their values are used for.
func (d *detection) serviceNames(sources []*module) {
	f := &nameFinder{detection: d, given: map[string]bool{}, plain: map[string]bool{}}
	for _, n := range d.settings.ServiceNames {
		f.names.add(n)
		f.given[n.Variable] = true
	}
	f.survey(sources)
	settings := settingsClasses(sources)
	for _, m := range sources {
		for _, l := range m.parsed().lines {
			if len(l.tokens) == 1 || ofTests(l.scope) {
				continue
			}
			if class := settings[l.scope.key()]; class != nil {
				f.field(l, class)
			}
			f.line(l)
		}
	}
	f.celeryBroker()
	d.found.ServiceNames = f.names.sorted()
}

// otherBrokers are the first parts of the addresses of brokers that are not Redis.
var otherBrokers = []string{"amqp", "amqps", "pyamqp", "sqs", "kafka", "confluentkafka", "azureservicebus", "gcpubsub", "memory", "filesystem", "mongodb", "zookeeper"}

// celeryBroker notes the variable that Celery itself takes before any setting, unless the
// source names another broker.
func (f *nameFinder) celeryBroker() {
	if f.drives("celery") && f.offered(Redis) && !f.otherBroker {
		f.take(ServiceName{Variable: "CELERY_BROKER_URL", Part: PartBroker, Source: f.drivers["celery"]}, Redis)
	}
}

// nameFinder finds the variables.
type nameFinder struct {
	*detection
	names foundNames
	// given are the variables that slipway.toml names.
	given map[string]bool
	// builds are the kinds whose address the source puts together from its parts, adds the
	// schemes that it puts in front of one.
	builds map[string]bool
	adds   []string
	// otherBroker is set if the source has the address of a broker that is not Redis.
	otherBroker bool
	// plain are the variables that are given to a driver as they are.
	plain map[string]bool
	// async is set if the source has SQLAlchemy's asynchronous engine.
	async bool
}

// foundNames are variables, each once for a kind.
type foundNames struct{ all []ServiceName }

func (f *foundNames) add(n ServiceName) {
	for i, other := range f.all {
		if other.Variable == n.Variable && other.Kind == n.Kind {
			f.all[i].NeedsHost = other.NeedsHost || n.NeedsHost && n.Part == other.Part
			if other.Scheme == "" && n.Part == other.Part {
				f.all[i].Scheme = n.Scheme
			}
			return
		}
	}
	f.all = append(f.all, n)
}

func (f *foundNames) sorted() []ServiceName {
	slices.SortFunc(f.all, func(a, b ServiceName) int {
		return strings.Compare(a.Variable+" "+a.Kind, b.Variable+" "+b.Kind)
	})
	return f.all
}

// survey looks for what decides how all addresses are written.
func (f *nameFinder) survey(sources []*module) {
	f.builds = map[string]bool{}
	for _, m := range sources {
		for _, l := range m.parsed().lines {
			for i, t := range l.tokens {
				switch {
				case t.is("create_async_engine") || t.is("async_engine_from_config") || t.is("AsyncEngine"):
					f.async = true
				case t.is("build") && i > 1 && l.tokens[i-1].is(".") && (strings.HasSuffix(l.tokens[i-2].text, "Dsn") || strings.HasSuffix(l.tokens[i-2].text, "Url")):
					f.builds[Postgres], f.builds[MariaDB], f.builds[Redis] = true, true, true
				case t.kind == tokenString:
					f.address(t.text)
				}
			}
		}
	}
}

// address notes an address that has fields to fill, or has nothing but its scheme.
func (f *nameFinder) address(text string) {
	kind, scheme := kindOfAddress(text)
	f.otherBroker = f.otherBroker || slices.Contains(otherBrokers, scheme)
	if kind == "" {
		kind, scheme = kindOfAddress(text + "://")
	}
	if kind == "" {
		return
	}
	rest := strings.TrimPrefix(strings.TrimPrefix(text, scheme), "://")
	switch {
	case rest == "":
		f.adds = append(f.adds, scheme)
	case strings.ContainsAny(rest, "{%"):
		f.builds[kind] = true
	}
}

// line finds the variables that one statement reads.
func (f *nameFinder) line(l line) {
	for i, t := range l.tokens {
		if t.kind == tokenString && strings.Contains(t.text, "{") {
			for _, field := range fieldsOf(t.text) {
				f.readsIn(l, field, i)
			}
		}
		if read, ok := databaseReadAt(l.tokens, i); ok {
			f.read(l, read, useAt(l.tokens, i), i)
		}
	}
	f.celeryResult(l)
}

// readsIn finds the variables that an expression in a text reads.
func (f *nameFinder) readsIn(l line, expr []token, at int) {
	for i := range expr {
		if read, ok := environmentReadAt(expr, i); ok {
			f.read(l, read, use{}, at)
		}
	}
}

// fieldsOf are the expressions in the fields of a text that read the environment.
func fieldsOf(text string) [][]token {
	var fields [][]token
	for {
		_, rest, found := strings.Cut(text, "{")
		if !found || len(fields) > maxTexts {
			return fields
		}
		field, after, closed := strings.Cut(rest, "}")
		if !closed {
			return fields
		}
		if readsEnvironment(field) {
			tokens := tokenize(field)
			fields = append(fields, tokens[:max(0, len(tokens)-1)])
		}
		text = after
	}
}

// databaseReadAt is environmentReadAt, and the calls that read a variable of their own.
func databaseReadAt(tokens []token, i int) (variableRead, bool) {
	if read, ok := environmentReadAt(tokens, i); ok {
		return read, true
	}
	if tokens[i].kind != tokenName || i > 0 && tokens[i-1].is(".") {
		return variableRead{}, false
	}
	callee, rest := dotted(tokens[i:])
	if len(rest) == 0 || !rest[0].is("(") {
		return variableRead{}, false
	}
	inside, _ := bracketed(rest[:min(len(rest), maxArguments)])
	read := variableRead{callee: callee, args: split(inside, ",")}
	switch urlReaders[callee] {
	case Redis:
		read.name = "CACHE_URL"
	case anySQL:
		read.name = "DATABASE_URL"
		for _, arg := range read.args {
			if len(arg) == 3 && arg[0].is("env") && arg[2].kind == tokenString {
				read.name = arg[2].text
			}
		}
	default:
		return variableRead{}, false
	}
	return read, environmentForm.MatchString(read.name)
}

// read takes over a variable that is read, if it is a database's.
func (f *nameFinder) read(l line, read variableRead, used use, at int) {
	kind, part := nameTells(read.name)
	if of, ok := urlReaders[read.callee]; ok {
		kind, part = of, PartURL
	}
	f.plain[read.name] = f.plain[read.name] || used.driver
	n := ServiceName{Variable: read.name, Part: part, Source: l.at(at)}
	byFallback, scheme := kindOfAddress(f.fallbackOf(l, read))
	switch {
	case ofOther(read.name):
		return
	case part == "" && used.part != "" && (kind == "" || kind == used.kind || kind == anySQL || used.kind == anySQL):
		kind, n.Part = narrower(kind, used.kind), used.part
	case part == "" && byFallback != "":
		kind, n.Part = byFallback, PartURL
	case kind == anySQL:
		kind = narrower(kind, used.kind)
	}
	if isAddress(n.Part) {
		if scheme != "" && byFallback == "" && !isSQLite(scheme+":") {
			return // amqp://, rpc://
		}
		if byFallback != "" && (kind == anySQL || kind == Redis != (byFallback == Redis)) {
			kind = byFallback
		}
		n.Scheme = schemeWithDriver(scheme, kind)
	}
	if urlReaders[read.callee] == Redis {
		n.Scheme = "rediscache"
	}
	f.take(n, kind)
}

// fallbackOf is the text that is taken where a variable is not set; "" if that is not known.
func (f *nameFinder) fallbackOf(l line, read variableRead) string {
	if texts := f.reader(l.scope).texts(read.fallback()); len(texts) > 0 {
		return texts[0]
	}
	return ""
}

// urlReaders are the calls that read a variable as the address of a database.
var urlReaders = map[string]string{
	"dj_database_url.config": anySQL, "env.db": anySQL, "env.db_url": anySQL, "env.dj_db_url": anySQL, "env.cache": Redis, "env.cache_url": Redis,
}

func isAddress(part string) bool { return part == PartURL || part == PartBroker || part == PartResult }

// ofOther tells a variable whose name says that it is about something else.
func ofOther(name string) bool {
	return slices.ContainsFunc(nameWords(name), func(w string) bool { return slices.Contains(otherWords, w) })
}

// schemeWithDriver is a scheme that names a driver; "" for others.
func schemeWithDriver(scheme, kind string) string {
	if of, _ := kindOfAddress(scheme + "://"); of != kind || !strings.Contains(scheme, "+") {
		return ""
	}
	return scheme
}

// narrower is the kind that tells more.
func narrower(a, b string) string {
	if a == "" || a == anySQL && b != "" {
		return b
	}
	return a
}

// take takes over a variable, for each kind of database that it may be.
func (f *nameFinder) take(n ServiceName, kind string) {
	if n.Part == "" || kind == "" || f.given[n.Variable] || suppliedVariables[n.Variable] {
		return
	}
	if n.Part == PartBroker && !f.drives("celery") {
		n.Part = PartURL // of dramatiq's, or another queue's
	}
	for _, one := range f.kinds(kind) {
		n := n
		n.Kind = one
		if !slices.Contains(partsOf(one), n.Part) {
			continue
		}
		if n.Part == PartURL && n.Scheme == "" && !f.plain[n.Variable] {
			n.Scheme = f.dialect(one)
		}
		n.InAddress = f.builds[one] && (n.Part == PartHost || n.Part == PartName)
		n.NeedsHost = n.NeedsHost || n.Part == PartHost && one == MariaDB && f.found.Framework != Django && !n.InAddress
		f.names.add(n)
	}
}

// kinds are the kinds of databases that a variable may be for.
func (f *nameFinder) kinds(kind string) []string {
	if kind != anySQL {
		return []string{kind}
	}
	var all []string
	for _, one := range []string{MariaDB, Postgres} {
		if f.offered(one) {
			all = append(all, one)
		}
	}
	if all == nil {
		return []string{MariaDB, Postgres}
	}
	return all
}

// celeryResult notes Celery's own variable where the source gives its result backend an
// address of Redis that is no socket's.
func (f *nameFinder) celeryResult(l line) {
	if !f.drives("celery") {
		return
	}
	for i, t := range l.tokens {
		if i+2 >= len(l.tokens) || !l.tokens[i+1].is("=") && !l.tokens[i+1].is("]") && !l.tokens[i+1].is(":") {
			continue
		}
		_, part := nameTells(t.text)
		isResult := part == PartResult || t.text == "result_backend" || t.is("backend") && i > 0 && enclosing(l.tokens, i) == "Celery"
		if !isResult || !f.leadsToRedis(l, argument(l.tokens[i+2:])) {
			continue
		}
		f.take(ServiceName{Variable: "CELERY_RESULT_BACKEND", Part: PartResult, Source: l.at(i)}, Redis)
	}
}

// leadsToRedis tells whether an expression is an address of Redis, or reads one.
func (f *nameFinder) leadsToRedis(l line, expr []token) bool {
	for len(expr) > 0 && expr[0].is("=") {
		expr = expr[1:]
	}
	for i, t := range expr {
		if kind, _ := kindOfAddress(t.text); t.kind == tokenString && kind == Redis {
			return true
		}
		if read, ok := environmentReadAt(expr, i); ok {
			kind, _ := nameTells(read.name)
			other, scheme := kindOfAddress(f.fallbackOf(l, read))
			return kind == Redis && (scheme == "" || other == Redis)
		}
		if kind, part := nameTells(t.text); t.kind == tokenName && kind == Redis && isAddress(part) {
			return true
		}
	}
	return slices.ContainsFunc(f.reader(l.scope).texts(expr), func(text string) bool {
		kind, _ := kindOfAddress(text)
		return kind == Redis
	})
}
