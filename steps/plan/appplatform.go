package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"slipway/providers"
	"slipway/steps/app"
)

// onAppPlatform tells that the app runs on DigitalOcean's App Platform.
func (p *Plan) onAppPlatform() bool { return p.Value(KeyProvider) == ProviderAppPlatform }

// refuseDatabaseFiles refuses an app whose database is a file where no file lasts, unless
// the app reads the address of another database, which it is given.
func (p *Plan) refuseDatabaseFiles() error {
	if !p.onAppPlatform() || len(p.App.Databases) == 0 {
		return nil
	}
	read := p.readAddress()
	file, value := p.App.Databases[0], p.Env[read.Variable]
	switch {
	case strings.HasPrefix(value, "sqlite"):
		usage := Usagef(fmt.Sprintf("leave %s out, and give --service postgres", read.Variable),
			"the variable %s names an SQLite database, and App Platform keeps no files", read.Variable)
		usage.About = providers.AboutApp
		return usage
	case read.Variable != "" && p.hasRelational():
		return nil
	case read.Variable != "" && p.Tag != "": // it may have been given then
		p.warn(fmt.Sprintf("App Platform keeps no files: unless the app was given %s before, its database is the %s (%s), which is lost with each release",
			read.Variable, file.What(), file.Source))
		return nil
	}
	usage := Usagef(p.insteadOfFile(read), "the app's database is the %s (%s), and App Platform keeps no files: each release and each instance would begin with a new one",
		file.What(), file.Source)
	usage.About = providers.AboutApp
	return usage
}

// readAddress is a variable by which the app reads where a relational database is; PostgreSQL's
// before another one's. It has no name if there is none.
func (p *Plan) readAddress() app.ServiceName {
	for _, kind := range []string{app.Postgres, app.MariaDB} {
		for _, n := range p.App.ServiceNames {
			if n.Kind == kind {
				return n
			}
		}
	}
	return app.ServiceName{}
}

// hasRelational tells whether a database stands beside the app, or a variable leads to one,
// that can take the place of SQLite.
func (p *Plan) hasRelational() bool {
	return slices.ContainsFunc([]string{app.Postgres, app.MariaDB}, func(kind string) bool {
		return slices.Contains(p.Services(), kind) || p.givenAddress(kind)
	})
}

// insteadOfFile says what to do about a database that is a file.
func (p *Plan) insteadOfFile(read app.ServiceName) string {
	const elsewhere = "; or use --provider digitalocean, which keeps the file"
	var missing []string
	if !slices.ContainsFunc(p.App.Offers, func(o app.Offer) bool { return o.Kind == app.Postgres }) {
		missing = append(missing, "psycopg")
	}
	how := `sets DATABASE_URL; have the app take its database's address from there, as with os.environ["DATABASE_URL"]`
	switch _, named := p.App.Named["dj-database-url"]; {
	case read.Variable != "":
		how = fmt.Sprintf("sets %s, which %s reads", read.Variable, read.Source)
	case p.App.Framework == app.Django:
		how = `sets DATABASE_URL; have the settings read it, as with DATABASES = {"default": dj_database_url.config()}`
		if !named {
			missing = append(missing, "dj-database-url")
		}
	}
	add := ""
	if len(missing) > 0 {
		add = "add " + strings.Join(missing, " and ") + " to the app's requirements and "
	}
	return add + "give --service postgres: it " + how + elsewhere
}

// warnOfAppPlatform warns of what App Platform does otherwise than a server would.
func (p *Plan) warnOfAppPlatform() {
	var folders, files []string
	for _, k := range p.App.Data {
		switch {
		case p.App.HoldsDatabase(k) || k.Temporary():
		case k.File:
			files = append(files, k.Shown())
		default:
			folders = append(folders, k.Shown())
		}
	}
	const lost = "App Platform keeps no files: what the app writes to %s is lost with each release, and only one instance sees it"
	if len(folders) > 0 && !p.usesBucket() {
		p.warn(fmt.Sprintf(lost+"; keep uploads in a bucket of Spaces, %s", strings.Join(folders, ", "), p.bucketSettings()))
	}
	if len(files) > 0 {
		p.warn(fmt.Sprintf(lost, strings.Join(files, ", ")))
	}
	p.warnOfInstances()
}

// bucketPackages are packages by which an app writes to a bucket.
var bucketPackages = []string{"django-storages", "boto3", "aioboto3", "minio", "s3fs", "obstore"}

// usesBucket tells whether the app has such a package and has been given a bucket.
func (p *Plan) usesBucket() bool {
	named := slices.ContainsFunc(bucketPackages, func(name string) bool { _, ok := p.App.Named[name]; return ok })
	return named && (p.Tag != "" || slices.ContainsFunc(p.VariableNames(), func(name string) bool { return strings.HasPrefix(name, "AWS_") }))
}

// bucketSettings are the settings by which the usual libraries find a bucket of Spaces.
func (p *Plan) bucketSettings() string {
	const endpoint = " (https://fra1.digitaloceanspaces.com for a bucket in fra1)"
	if p.App.Framework == app.Django {
		return "with django-storages and its settings AWS_STORAGE_BUCKET_NAME, AWS_S3_ENDPOINT_URL" + endpoint + ", AWS_S3_REGION_NAME, AWS_S3_ACCESS_KEY_ID and AWS_S3_SECRET_ACCESS_KEY"
	}
	return "with boto3 and its variables AWS_ENDPOINT_URL_S3" + endpoint + ", AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
}

// notShared says what becomes of what lives in one process where there are several
// instances, and what to do about it.
var notShared = map[string]string{
	app.MemorySocketIO: "Socket.IO begins with requests that must reach the same instance, and App Platform spreads them: " +
		`have the clients connect with transports: ["websocket"] and the instances share a message queue in Redis (--service redis), or have one instance`,
	app.MemoryWebsockets: "a message over a websocket reaches only the clients of the same instance: have the instances pass messages on over Redis (--service redis), or have one instance",
	app.MemoryChannels:   "the channel layer is in memory, so a message reaches only the clients of the same instance: use channels-redis with --service redis, or have one instance",
	app.MemorySchedule:   "each instance would run the scheduled jobs: run them in a process of their own, named under [app.processes] in " + app.SettingsFile + ", or have one instance",
}

// warnOfInstances warns where several instances of a process don't do what one does.
func (p *Plan) warnOfInstances() {
	if max(p.Counts[processWeb], p.MostWeb) > 1 {
		for _, m := range p.App.InMemory {
			p.warn(m.Source + " has " + m.Kind + ": " + notShared[m.Kind])
		}
	}
	for _, process := range slices.Sorted(maps.Keys(p.Counts)) {
		if p.Counts[process] > 1 && beats(p.App.Processes[process]) {
			p.warn(fmt.Sprintf("each of the %d instances of %s would start every scheduled task: count one of it under [%s] in %s",
				p.Counts[process], process, ProviderAppPlatform, app.SettingsFile))
		}
	}
}

// beats tells whether a command starts the tasks of a schedule of Celery's.
func beats(command string) bool {
	words := strings.Fields(command)
	return slices.Contains(words, "celery") && (slices.Contains(words, "beat") || slices.Contains(words, "-B") || slices.Contains(words, "--beat"))
}
