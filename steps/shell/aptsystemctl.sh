# shellcheck shell=sh
# Stands in for systemctl while packages are installed. Each of them has systemd read all
# units again and waits for its services to start; here that is put off, into the file $late,
# and start_late of aptlate.sh, which comes before, does it once for all. Debian's packages bear that, because a server may forbid
# starts altogether (policy-rc.d). What else systemd is told to change comes after what was
# put off, and what it is only asked goes straight to $real.
: "${real?}" "${late?}"

verb='' plain=yes
for word do
  case $word in
    --system | --quiet | -q | --no-block | --no-ask-password | --) ;;
    -*) plain=no ;;
    *) verb=${verb:-$word} ;;
  esac
done
case $plain$verb in
  yesdaemon-reload) exec touch "$late" ;;
  yesenable | yesdisable)
    # To enable again what is enabled has System V's links looked at too, which takes long.
    for unit do :; done
    if [ "$# $verb" = "2 enable" ] && [ "$("$real" is-enabled "$unit" 2>/dev/null)" = enabled ]; then exit 0; fi
    touch "$late"
    exec "$real" --no-reload "$@"
    ;;
  yesstart)
    for word do
      case $word in
        -* | start) ;;
        *) printf '%s\n' "$word" >>"$late" ;;
      esac
    done
    exit 0
    ;;
  *start | *stop | *reload* | *daemon-reexec | *isolate | *enable | *disable | *mask | *preset*)
    case " $* " in *" --user "*) exec "$real" "$@" ;; esac
    start_late
    ;;
esac
exec "$real" "$@"
