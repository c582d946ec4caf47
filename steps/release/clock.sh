# shellcheck shell=sh
# A function that tells the time without a program.

# clock: sets moment to the time since the server started, in hundredths of a second.
clock() {
  read -r moment _ </proc/uptime
  moment=${moment%.*}${moment#*.}
  moment=${moment#"${moment%%[!0]*}"}
}
