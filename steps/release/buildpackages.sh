# shellcheck shell=sh
# Functions that bring a compiler and other Debian packages for the time of a build. The
# functions of apt.sh and the function confined come before. debian_packages is defined in
# dependencies.sh.
#
# What is brought is listed on disk before it is installed, so that the next run removes
# what a crash leaves. Nothing that was installed before is ever on that list.
: "${build_list?}" "${build_log?}" "${app_packages?}"

# logged COMMAND...: runs a command and keeps what it prints; its status is the command's.
logged() {
  {
    status=0
    "$@" || status=$?
    echo "$status" >"$build_log.status"
  } 2>&1 | tee -a "$build_log"
  [ "$(cat "$build_log.status")" = 0 ]
}

# bring_build_packages NAME...: installs packages. Names that this system's repositories
# do not have are left out: they are another system's.
bring_build_packages() {
  debian_packages
  missing=''
  for name do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing="$missing $name"
  done
  [ -n "$missing" ] || return 0
  configure_all >/dev/null
  fetched=$(apt_update) || {
    printf '%s\n' "$fetched"
    return 1
  }
  known=''
  for name do
    if [ -n "$(apt-cache show --no-all-versions "$name" 2>/dev/null)" ]; then known="$known $name"; fi
  done
  echo "installed for the build, and removed after it:$known"
  [ -n "$known" ] || return 0
  # shellcheck disable=SC2086 # a list of names
  new=$(apt-get -qq -s --no-install-recommends install $known | sed -n 's/^Inst \([^ ]*\) (.*/\1/p')
  if [ -n "$new" ]; then
    if [ -e "$build_list" ]; then new=$(printf '%s\n' "$new" | sort -u - "$build_list"); fi
    mkdir -p "$(dirname "$build_list")"
    printf '%s\n' "$new" >"$build_list.part"
    sync "$build_list.part"
    mv -f "$build_list.part" "$build_list"
  fi
  # shellcheck disable=SC2086 # a list of names
  apt_install $known >/dev/null
}

# linked_libraries FOLDER: prints the shared libraries that the programs and modules in a
# folder link to. It looks as the builder: ldd may run what it looks at.
linked_libraries() {
  confined -- /usr/bin/find "$1" -type f '(' -name '*.so*' -o -path '*/bin/*' ')' -exec /usr/bin/ldd '{}' + 2>/dev/null |
    sed -n 's/^[[:space:]]*\([^ ]*\) => .*/\1/p' | sort -u
}

# remove_build_packages FOLDER: removes what was brought, but for what the programs and
# modules in the folder link to, what the app asks for and what was installed by name
# since then.
remove_build_packages() {
  [ -e "$build_list" ] || return 0
  debian_packages
  configure_all >/dev/null || :
  linked=$(linked_libraries "$1")
  needed=''
  while read -r name; do
    if [ -n "$linked" ] && dpkg -L "$name" 2>/dev/null | sed 's,.*/,,' | grep -qxF -e "$linked"; then needed="$needed $name"; fi
  done <"$build_list"
  others=$(apt-mark showmanual | grep -vxF -f "$build_list" || :)
  # shellcheck disable=SC2086 # lists of names
  stay=$(apt-cache depends --recurse --installed --no-recommends --no-suggests --no-enhances --no-breaks --no-conflicts --no-replaces \
    $needed $app_packages $others 2>/dev/null | sed -n '/^[a-z0-9]/p' || :)
  remove=$(printf '%s\n' "$stay" | grep -vxF -f - "$build_list" || :)
  # shellcheck disable=SC2086 # a list of names
  [ -z "$needed" ] || apt-mark -qq manual $needed >/dev/null
  # shellcheck disable=SC2086 # a list of names
  [ -z "$remove" ] || apt_remove $remove >/dev/null
  rm "$build_list"
}

# wanted_for_build: prints the packages that the installation lacked, by what the log
# says.
wanted_for_build() {
  while read -r names pattern; do
    if grep -qE -e "$pattern" "$build_log"; then printf '%s\n' "$names" | tr , '\n'; fi
  done <<'END'
build-essential,pkg-config,python3-dev \b(gcc|g\+\+|cc|make|pkg-config)['":]? .*([Nn]ot found|No such file)|No such file or directory: .[^']*\b(gcc|g\+\+|cc|make|pkg-config)'|unable to execute|[Cc] compiler|[Uu]nknown compiler|CMAKE_C(XX)?_COMPILER|Python\.h: No such|cannot execute .?cc1
cargo [Cc]argo.*([Nn]ot found|not installed|No such)|[Rr]ust compiler|rustc.*([Nn]ot found|No such)
cmake [Cc][Mm]ake.*(not found|not installed|must be installed|No such)
default-libmysqlclient-dev mysql_config|mysql\.h|Can not find valid pkg-config name
freetds-dev sqlfront\.h
gfortran [Ff]ortran compiler|gfortran.*not found
git [Gg]it executable|git: (command )?not found|[Cc]annot find command .git
libcairo2-dev cairo\.h|Dependency .?cairo.? (was )?not found
libcurl4-openssl-dev,libssl-dev curl-config|curl/curl\.h
libcups2-dev cups/cups\.h
libdbus-1-dev,libglib2.0-dev dbus/dbus\.h
libffi-dev ffi\.h
libfreetype-dev ft2build\.h
libgdal-dev gdal-config|gdal\.h
libgeos-dev geos-config|geos_c\.h
libgraphviz-dev graphviz/cgraph\.h
libhdf5-dev hdf5\.h|HDF5 library
libicu-dev unicode/.*\.h: No such|icu-config|icu-i18n
libjpeg-dev,zlib1g-dev,libfreetype-dev headers or library files could not be found for (jpeg|zlib)
libkrb5-dev krb5-config|gssapi.*\.h: No such
libldap-dev,libsasl2-dev lber\.h|ldap\.h|sasl\.h
libleveldb-dev leveldb/.*\.h: No such
libmemcached-dev,zlib1g-dev libmemcached/memcached\.h
libpq-dev pg_config|libpq-fe\.h
libsasl2-dev sasl/sasl\.h
libsnappy-dev snappy(-c)?\.h
libsodium-dev sodium\.h
libsqlite3-dev sqlite3\.h
libssl-dev openssl/.*\.h: No such
libsystemd-dev systemd/.*\.h: No such|libsystemd.*not found
libxml2-dev,libxslt1-dev libxml/.*\.h: No such|libxml2 and libxslt|xslt-config
libxmlsec1-dev,libxml2-dev,libxslt1-dev xmlsec1? .*not found|xmlsec1.*pkg-config|pkg-config.*xmlsec1
libyaml-dev yaml\.h: No such
portaudio19-dev portaudio\.h
swig swig.*([Nn]ot found|No such)
unixodbc-dev sql\.h: No such
zlib1g-dev zlib\.h
END
}

# lacking_header: prints the file that a compiler did not find; nothing if it lacked none.
lacking_header() {
  sed -n 's/.*fatal error: \([A-Za-z0-9_./+-]*\): No such file.*/\1/p' "$build_log" | head -n 1
}

# build_failed FOLDER: ends the script after an installation that failed. What was
# brought for it goes first, so that the cause is what is printed last.
build_failed() {
  remove_build_packages "$1"
  header=$(lacking_header)
  [ -z "$header" ] || echo "what has to be compiled lacks $header: add the Debian package that has this file to slipway.toml, below [app]: packages = [\"NAME-dev\"]"
  exit 1
}
