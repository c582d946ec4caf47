# shellcheck shell=sh
# Prints what may keep visitors from nginx, each line after a word: "T" the settings that
# nginx reads, "stock" a file of them that nobody edited, "nginxbroken" why it can't read
# them, "listens" who listens on the ports of the web, "passes" which ports go to a
# container or another computer, "starts" what would listen there after the next boot,
# "N" the rules of nftables, "ufw" and "firewalld" what other firewalls say. It looks where
# obstacles.sh does. sockets.sh and unedited.sh come before it.
: "${owner?}" "${existing?}"

if [ -e "$owner" ] || [ "$existing" != yes ]; then exit 0; fi

if [ -x /usr/sbin/nginx ]; then
  if dump=$(/usr/sbin/nginx -T 2>/dev/null); then
    printf '%s\n' "$dump" | sed 's/^/T /'
  else
    echo "nginxbroken $(/usr/sbin/nginx -t 2>&1 | sed -nE 's/^.*\[emerg\] ([0-9]+#[0-9]+: )?//p' | head -n 1)"
  fi
else
  # What was left or put there is read once nginx is installed.
  for file in /etc/nginx/nginx.conf /etc/nginx/conf.d/*.conf /etc/nginx/sites-enabled/*; do
    [ ! -f "$file" ] || { echo "# configuration file $file:" && cat "$file" && echo; } | sed 's/^/T /'
  done
fi
! unedited /etc/nginx/sites-enabled/default nginx-common /etc/nginx/sites-available/default || echo "stock /etc/nginx/sites-enabled/default"
! unedited /etc/nginx/conf.d/default.conf nginx /etc/nginx/conf.d/default.conf || echo "stock /etc/nginx/conf.d/default.conf"

listening | while read -r protocol at port name unit; do
  case $protocol-$port-$at in
    tcp-80-??????7F:* | tcp-443-??????7F:* | tcp-*-00000000000000000000000001000000:*) ;;
    tcp-80-* | tcp-443-*) echo "listens $port $name $unit" ;;
  esac
done | sort -u
published | sed 's/^/passes /'

# starts_at_boot UNIT PATTERN FILE… prints the first line of the files in which a unit that
# is enabled and does not run is told to listen on a port of the web.
starts_at_boot() {
  unit=$1 pattern=$2
  shift 2
  [ "$(systemctl is-enabled "$unit" 2>/dev/null)-$(systemctl is-active "$unit")" = enabled-inactive ] ||
    [ "$(systemctl is-enabled "$unit" 2>/dev/null)-$(systemctl is-active "$unit")" = enabled-failed ] || return 0
  for port in 80 443; do
    line=$(grep -HsnE "$(printf '%s' "$pattern" | sed "s/PORT/$port/g")" "$@" | head -n 1)
    [ -z "$line" ] || echo "starts $port $unit $(printf '%s' "$line" | cut -d: -f1,2)"
  done
}
starts_at_boot apache2.service '^[[:space:]]*Listen[[:space:]]+([^[:space:]]*:)?PORT([[:space:]]|$)' /etc/apache2/apache2.conf /etc/apache2/ports.conf /etc/apache2/sites-enabled/* /etc/apache2/conf-enabled/*
starts_at_boot lighttpd.service '^[[:space:]]*(server\.port[[:space:]]*=[[:space:]]*PORT([^0-9]|$)|[$]SERVER\["socket"\].*:PORT")' /etc/lighttpd/lighttpd.conf /etc/lighttpd/conf-enabled/*
starts_at_boot haproxy.service '^[[:space:]]*bind[[:space:]].*:PORT([^0-9]|$)' /etc/haproxy/haproxy.cfg
starts_at_boot varnish.service '-a[[:space:]]*[^[:space:]]*:PORT([^0-9]|$)' /lib/systemd/system/varnish.service /etc/systemd/system/varnish.service /etc/systemd/system/varnish.service.d/*
starts_at_boot traefik.service ':PORT([^0-9]|$)' /etc/traefik/traefik.toml /etc/traefik/traefik.yml /etc/traefik/traefik.yaml
starts_at_boot caddy.service '^[^#]*(:PORT([^0-9]|$)|^[^#[:space:]{(][^{]*\.[^{]*\{)' /etc/caddy/Caddyfile
for socket in $(systemctl list-unit-files --type=socket --state=enabled --no-legend | cut -d' ' -f1); do
  case $(systemctl is-active "$socket") in active) continue ;; esac
  systemctl show -P Listen "$socket" | sed -nE "s/^(.*:)?(80|443) \(Stream\).*$/starts \2 $socket $socket/p"
done

nft -s list ruleset 2>/dev/null | sed 's/^/N /'
! command -v ufw >/dev/null || LC_ALL=C ufw status verbose 2>/dev/null | sed 's/^/ufw /'
if command -v firewall-cmd >/dev/null && firewall-cmd --quiet --state 2>/dev/null; then
  zone=$(firewall-cmd --get-default-zone)
  if ! firewall-cmd --info-zone="$zone" | grep -q 'target: ACCEPT'; then
    firewall-cmd --quiet --query-service=http || firewall-cmd --quiet --query-port=80/tcp || echo "firewalld 80 http"
    firewall-cmd --quiet --query-service=https || firewall-cmd --quiet --query-port=443/tcp || echo "firewalld 443 https"
  fi
fi
