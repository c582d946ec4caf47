# shellcheck shell=sh
# Prints, for each process of the app, its unit and how many kB are its own:
# memory that processes share counts for each by its part. However many there are, it
# starts two programs.
: "${user?}"

grep -ls "/$user-" /proc/[0-9]*/cgroup | LC_ALL=C awk -v user="$user-" '
  function unit(file, line, parts, i, found) {
    while (found == "" && (getline line <file) > 0)
      for (i = split(line, parts, "/"); i > 1 && found == ""; i--)
        if (index(parts[i], user) == 1 && match(parts[i], /^.*\.service/)) found = substr(parts[i], 1, RLENGTH)
    close(file)
    return found
  }
  function memory(file, line, parts, found) {
    while ((getline line <file) > 0)
      if (line ~ /^Pss: .* kB$/) {
        split(line, parts, " ")
        found = parts[2]
      }
    close(file)
    return found
  }
  {
    of = unit($0)
    sub(/cgroup$/, "smaps_rollup")
    if (of != "") print of, memory($0)
  }'
