# shellcheck shell=sh
# Lets the program whose files lie in a folder be the one that runs, if Python can read
# all of it, and removes the others.
: "${folder?}" "${program?}"

chmod 755 "$folder"
python3 -I -B "$folder" --check
ln -sfnT "$folder" "$program.slipway-part"
mv -fT "$program.slipway-part" "$program"
for other in "$program"-*; do
  [ "$other" = "$folder" ] || rm -rf "$other"
done
