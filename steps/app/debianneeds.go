package app

// compiler are the Debian packages with which Python packages written in C are built.
var compiler = []string{"build-essential", "pkg-config", "python3-dev"}

// debianNeed is what Debian has to bring for a distribution on PyPI.
type debianNeed struct {
	// built is set if the distribution has no wheel for Linux in any version. For the
	// others, build counts only where a pinned version has no wheel.
	built bool
	// build are needed while it is built. One that a release of Debian does not have is
	// left out there. What the built files link to stays on the server.
	build []string
	// run are needed while the app runs: libraries that are loaded by their names, and
	// programs. All supported systems have them.
	run []string
}

// built is a debianNeed of a distribution that must always be built.
func built(build ...string) debianNeed { return debianNeed{built: true, build: build} }

// runs is one of a distribution that only needs something to run.
func runs(run ...string) debianNeed { return debianNeed{run: run} }

// links is one of a distribution that mostly has a wheel.
func links(build ...string) debianNeed { return debianNeed{build: build} }

// builtBy are distributions that bring one of debianNeeds with them, by its name.
var builtBy = map[string]string{
	"django-auth-ldap": "python-ldap", "flask-mysqldb": "mysqlclient",
	"djangosaml2": "pysaml2", "flask-weasyprint": "weasyprint", "django-weasyprint": "weasyprint",
}

// debianNeeds are the needs of well-known distributions, by their normalised names.
var debianNeeds = map[string]debianNeed{
	// Those that have no wheels.
	"dbus-python":    built("libdbus-1-dev", "libglib2.0-dev"),
	"dlib":           built("cmake"),
	"gdal":           {built: true, build: []string{"libgdal-dev"}, run: []string{"gdal-bin"}},
	"gssapi":         built("libkrb5-dev"),
	"kerberos":       built("libkrb5-dev"),
	"leveldb":        built("libleveldb-dev"),
	"m2crypto":       built("libssl-dev", "swig"),
	"mod-wsgi":       built("apache2-dev"),
	"mysqlclient":    built("default-libmysqlclient-dev"),
	"netifaces":      built(),
	"psycopg-c":      built("libpq-dev"),
	"psycopg2":       built("libpq-dev"),
	"pyaudio":        built("portaudio19-dev"),
	"pycairo":        built("libcairo2-dev"),
	"pycups":         built("libcups2-dev"),
	"pycurl":         built("libcurl4-openssl-dev", "libssl-dev"),
	"pygobject":      built("libcairo2-dev", "libgirepository1.0-dev", "libgirepository-2.0-dev"),
	"pygraphviz":     {built: true, build: []string{"libgraphviz-dev"}, run: []string{"graphviz"}},
	"pyicu":          built("libicu-dev"),
	"pylibmc":        built("libmemcached-dev", "zlib1g-dev", "libsasl2-dev"),
	"python-ldap":    built("libldap-dev", "libsasl2-dev"),
	"python-prctl":   built("libcap-dev"),
	"python-snappy":  built("libsnappy-dev"),
	"spidev":         built(),
	"systemd-python": built("libsystemd-dev"),
	"uwsgi":          built(),
	// Those of which some versions have no wheel.
	"argon2-cffi-bindings": links("libffi-dev"),
	"bcrypt":               links("libffi-dev", "cargo"),
	"cffi":                 links("libffi-dev"),
	"cryptography":         links("libffi-dev", "libssl-dev", "cargo"),
	"fiona":                links("libgdal-dev"),
	"gevent":               links("libffi-dev", "libevent-dev"),
	"greenlet":             links(),
	"grpcio":               links("zlib1g-dev", "libssl-dev"),
	"h5py":                 links("libhdf5-dev"),
	"lxml":                 links("libxml2-dev", "libxslt1-dev", "zlib1g-dev"),
	"matplotlib":           links("libfreetype-dev", "libpng-dev"),
	"numpy":                links("gfortran", "libopenblas-dev"),
	"pandas":               links(),
	"pillow":               links("libjpeg-dev", "zlib1g-dev", "libfreetype-dev", "libtiff-dev", "libwebp-dev", "liblcms2-dev", "libopenjp2-7-dev"),
	"pillow-simd":          built("libjpeg-dev", "zlib1g-dev", "libfreetype-dev", "libtiff-dev", "libwebp-dev", "liblcms2-dev"),
	"plyvel":               links("libleveldb-dev"),
	"psycopg2-binary":      links("libpq-dev"),
	"pymssql":              links("freetds-dev", "libkrb5-dev", "libssl-dev"),
	"pynacl":               links("libffi-dev", "libsodium-dev"),
	"pyodbc":               {build: []string{"unixodbc-dev"}, run: []string{"unixodbc"}},
	"pyproj":               links("libproj-dev", "proj-bin"),
	"pysqlite3":            links("libsqlite3-dev"),
	"pyyaml":               links("libyaml-dev"),
	"pyzmq":                links("libzmq3-dev"),
	"rasterio":             links("libgdal-dev"),
	"reportlab":            links("libfreetype-dev", "libjpeg-dev", "zlib1g-dev"),
	"scikit-learn":         links("gfortran", "libopenblas-dev"),
	"scipy":                links("gfortran", "libopenblas-dev"),
	"shapely":              links("libgeos-dev"),
	"sqlalchemy":           links(),
	"tables":               links("libhdf5-dev"),
	"xmlsec":               links("libxml2-dev", "libxmlsec1-dev", "libxslt1-dev"),
	// Those that load a library, or run a program.
	"cairocffi":             runs("libcairo2"),
	"cairosvg":              runs("libcairo2"),
	"ffmpeg-python":         runs("ffmpeg"),
	"graphviz":              runs("graphviz"),
	"opencv-contrib-python": runs("libgl1", "libglib2.0-0"),
	"opencv-python":         runs("libgl1", "libglib2.0-0"),
	"pdf2image":             runs("poppler-utils"),
	"psycopg":               runs("libpq5"),
	"pydot":                 runs("graphviz"),
	"pydub":                 runs("ffmpeg"),
	"pyenchant":             runs("libenchant-2-2"),
	"pypandoc":              runs("pandoc"),
	"pysaml2":               runs("xmlsec1"),
	"pytesseract":           runs("tesseract-ocr"),
	"python-magic":          runs("libmagic1"),
	"pyzbar":                runs("libzbar0"),
	"wand":                  runs("imagemagick"),
	"weasyprint":            runs("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"),
}
