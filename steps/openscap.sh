# shellcheck shell=sh
# Judges the server by ssg-debian's benchmark for its own system and ends with a
# line "figure SCORE of 100, profile NAME of FILE".

# shellcheck source=/dev/null
. /etc/os-release
content=/usr/share/xml/scap/ssg/content
for data in "$content/ssg-$ID$VERSION_ID-ds.xml" "$content/ssg-$ID$(echo "$VERSION_ID" | tr -d .)-ds.xml"; do
  [ ! -e "$data" ] || break
done
[ -e "$data" ] || {
  echo "ssg-debian has no benchmark for $PRETTY_NAME: it would judge nothing"
  exit 1
}
for profile in cis_level1_server anssi_bp28_intermediary anssi_np_nt28_average standard; do
  if oscap info --profiles "$data" | cut -d: -f1 | grep -q "_profile_$profile\$"; then break; fi
done
result=$(mktemp)
# The status is 2 where a rule fails, which is no failure of the program.
status=0
oscap xccdf eval --profile "$profile" --results "$result" "$data" >/dev/null 2>&1 || status=$?
[ "$status" = 0 ] || [ "$status" = 2 ] || {
  rm -f "$result"
  echo "oscap ended with status $status"
  exit 1
}
score=$(sed -n 's/.*<score [^>]*scoring:default[^>]*>\([0-9]*\).*/\1/p' "$result" | head -n 1)
rm -f "$result"
echo "figure $score of 100, profile $profile of $(basename "$data")"
