package app

import (
	"path"
	"slices"
	"strings"
)

// writer is what a library's function writes to: its argument at a place, or by a name.
type writer struct {
	at     int
	names  []string
	folder bool
	// database is set for the file of a database, which is kept in /tmp too.
	database bool
}

var (
	database     = writer{0, []string{"database", "path", "filename", "db", "location"}, false, true}
	databaseRoot = writer{0, []string{"path", "directory", "cache_dir", "dirname", "indexname"}, true, false}
	logFile      = writer{0, []string{"filename", "sink"}, false, false}
)

// writers are functions that write files, by the names under which they are imported.
var writers = map[string]writer{
	"sqlite3.connect": database, "sqlite3.dbapi2.connect": database, "aiosqlite.connect": database, "pysqlite3.connect": database,
	"apsw.Connection": database, "asyncsqlite.connect": database, "duckdb.connect": database, "unqlite.UnQLite": database,
	"peewee.SqliteDatabase": database, "playhouse.sqlite_ext.SqliteExtDatabase": database, "playhouse.sqlite_ext.CSqliteExtDatabase": database,
	"playhouse.sqliteq.SqliteQueueDatabase": database, "playhouse.apsw_ext.APSWDatabase": database, "playhouse.pool.PooledSqliteDatabase": database,
	"playhouse.pool.PooledSqliteExtDatabase": database, "peewee_async.SqliteDatabase": database,
	"tinydb.TinyDB": database, "sqlitedict.SqliteDict": database, "pickledb.load": database, "pickledb.PickleDB": database,
	"huey.SqliteHuey": {1, []string{"filename"}, false, true}, "ZODB.FileStorage.FileStorage": database, "sqlite_utils.Database": database,
	"shelve.open": database, "dbm.open": database,

	"diskcache.Cache": databaseRoot, "diskcache.FanoutCache": databaseRoot, "lmdb.open": databaseRoot, "chromadb.PersistentClient": databaseRoot,
	"whoosh.index.create_in": databaseRoot, "whoosh.index.open_dir": databaseRoot, "whoosh.index.exists_in": databaseRoot,
	"whoosh.filedb.filestore.FileStorage": databaseRoot, "persistqueue.SQLiteQueue": databaseRoot, "persistqueue.Queue": databaseRoot,
	"cachelib.FileSystemCache": databaseRoot, "cachelib.file.FileSystemCache": databaseRoot,

	"logging.FileHandler": logFile, "logging.handlers.RotatingFileHandler": logFile, "logging.handlers.TimedRotatingFileHandler": logFile,
	"logging.handlers.WatchedFileHandler": logFile, "logging.basicConfig": {-1, []string{"filename"}, false, false},
	"loguru.logger.add": logFile, "concurrent_log_handler.ConcurrentRotatingFileHandler": logFile,
}

// engines are functions that take a database's address.
var engines = map[string]bool{
	"sqlalchemy.create_engine": true, "sqlalchemy.ext.asyncio.create_async_engine": true, "sqlalchemy.engine.create_engine": true,
	"sqlmodel.create_engine": true, "databases.Database": true, "dataset.connect": true, "playhouse.db_url.connect": true,
}

// calls finds what a call writes to whose name begins at token i.
func (f *finder) calls(l line, i int) {
	callee, rest := dotted(l.tokens[i:])
	if len(rest) == 0 || !rest[0].is("(") || i > 0 && (l.tokens[i-1].is("def") || l.tokens[i-1].is("class")) {
		return
	}
	inside, _ := bracketed(rest[:min(len(rest), maxArguments)])
	args := split(inside, ",")
	name, e := f.importedName(l.scope, callee), f.reader(l.scope)
	switch {
	case name == "os.makedirs" || name == "os.mkdir":
		if f.isApp(l) {
			f.keepFolder(e.argument(args, 0, "name", "path"), false, l.at(i))
		}
	case callee == "open" && f.isApp(l) && f.writes(args):
		f.keepFile(e.argument(args, 0, "file"), "", l.at(i))
	case strings.HasSuffix(callee, ".bind") || name == "pony.orm.Database":
		f.pony(l, i, args)
	case engines[name]:
		f.addresses(e.argument(args, 0, "url", "name_or_url", "db_url"), l.at(i))
	default:
		if w, ok := writers[name]; ok {
			f.written(w, e.argument(args, w.at, w.names...), l.at(i))
		}
		if name == "shelve.open" || name == "dbm.open" {
			f.keepDatabase(mapped(e.argument(args, 0, "filename"), func(text string) string { return text + ".db" }), "", l.at(i))
		}
	}
}

func (f *finder) written(w writer, texts []string, source string) {
	if w.database {
		f.keepDatabase(texts, "", source)
		return
	}
	for _, text := range texts {
		switch {
		case w.folder:
			f.keepFolder([]string{text}, true, source)
		case strings.HasPrefix(text, "/") && !strings.HasPrefix(text, appRoot): // a log in /tmp or of the system
		default:
			f.keepFile([]string{text}, "", source)
		}
	}
}

// writes tells open("x", "w") from a call that only reads.
func (f *finder) writes(args [][]token) bool {
	mode, ok := onlyString(argumentOf(args, 1, "mode"))
	return ok && len(mode) <= 3 && strings.ContainsAny(mode, "wax+")
}

// pony finds db.bind("sqlite", "shop.sqlite"), which is beside its module.
func (f *finder) pony(l line, i int, args [][]token) {
	provider, _ := onlyString(argumentOf(args, 0, "provider"))
	if provider == "sqlite" {
		f.keepDatabase(f.reader(l.scope).argument(args, 1, "filename"), path.Dir(l.scope.module.path), l.at(i))
	}
}

// importedName is the name under which a library has what a dotted name stands for; ""
// if it is the app's own.
func (f *finder) importedName(s *scope, name string) string {
	first, rest, _ := strings.Cut(name, ".")
	for ; s != nil; s = s.parent {
		for _, b := range s.names[first] {
			if b.imported == nil {
				continue
			}
			if f.src.local(s.module, *b.imported) != nil || b.imported.level > 0 {
				return ""
			}
			return join(b.imported.text(), rest)
		}
		for _, star := range s.names["*"] {
			if full := join(star.imported.module, name); hasWriter(full) && f.src.local(s.module, *star.imported) == nil {
				return full
			}
		}
	}
	return ""
}

// hasWriter tells the name of a function that is known to write.
func hasWriter(name string) bool {
	_, writes := writers[name]
	return writes || engines[name] || name == "pony.orm.Database"
}

// collectConfigs notes what settings of a framework are set to: app.config["NAME"] = …,
// app.config.update(NAME=…) and the names in capitals of classes and modules.
func (f *finder) collectConfigs(modules []*module) {
	f.configs = map[string][]configPlace{}
	for _, m := range modules {
		for i, l := range m.parsed().lines {
			if ofTests(l.scope) {
				continue
			}
			configLine(l, func(name string, _ []token) {
				place := configPlace{m, i}
				if known := f.configs[name]; len(known) == 0 {
					f.configs[strings.Clone(name)] = []configPlace{place}
				} else if known[len(known)-1] != place {
					f.configs[name] = append(known, place)
				}
			})
		}
	}
}

// configPlace is a line that says what a setting of a framework is. It does not keep the
// file as it was read: most of such lines nobody asks for.
type configPlace struct {
	module *module
	line   int
}

// config is what a setting of a framework is set to.
func (d *detection) config(name string) []setting {
	var all []setting
	for _, place := range d.configs[name] {
		lines := place.module.parsed().lines
		if place.line >= len(lines) {
			continue // the file changed meanwhile, and Detect fails
		}
		l := lines[place.line]
		configLine(l, func(found string, value []token) {
			if found == name {
				all = append(all, setting{value, l.scope})
			}
		})
	}
	return all
}

// configLine hands over the settings of a framework that a line sets, with their values.
func configLine(l line, found func(name string, value []token)) {
	configure := func(name string, value []token) {
		if name != "" && len(value) > 0 {
			found(name, value)
		}
	}
	if parts := split(l.tokens, "="); len(parts) == 2 {
		callee, rest := dotted(parts[0])
		switch {
		case len(rest) == 0 && callee != "" && !strings.Contains(callee, ".") && strings.ToUpper(callee) == callee,
			len(rest) > 0 && rest[0].is(":"):
			configure(callee, parts[1])
		case isConfig(callee) && len(rest) == 3:
			configure(rest[1].text, parts[1])
		}
		return
	}
	callee, rest := dotted(l.tokens)
	place, method := path.Split(strings.ReplaceAll(callee, ".", "/"))
	if len(rest) == 0 || !rest[0].is("(") || !slices.Contains([]string{"update", "from_mapping", "setdefault"}, method) || !isConfig(strings.ReplaceAll(strings.TrimSuffix(place, "/"), "/", ".")) {
		return
	}
	inside, _ := bracketed(rest)
	separator := "="
	if len(inside) > 0 && inside[0].is("{") {
		inside, _ = bracketed(inside)
		separator = ":"
	}
	args := split(inside, ",")
	if method == "setdefault" && len(args) == 2 {
		configure(tokenText(args[0]), args[1])
		return
	}
	for _, arg := range args {
		if pair := split(arg, separator); len(pair) == 2 {
			configure(tokenText(pair[0]), pair[1])
		}
	}
}

func tokenText(tokens []token) string {
	if len(tokens) != 1 {
		return ""
	}
	return tokens[0].text
}
