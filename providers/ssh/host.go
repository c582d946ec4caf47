package ssh

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/kevinburke/ssh_config"

	"slipway/providers"
	"slipway/state/regular"
)

const defaultPort = 22

// host is where a server is, from --host and ~/.ssh/config.
type host struct {
	// name is the host as it was given, address the one that is connected to.
	name, address, user string
	port                int
	// identities are the files of private keys that the configuration names.
	identities []string
	// identitiesOnly leaves out the keys that only the agent holds.
	identitiesOnly bool
	// agent is the socket of the agent that the configuration names, "none" for no
	// agent, or empty for the one of SSH_AUTH_SOCK.
	agent string
	// home is the operator's home folder; may be empty.
	home string
	// notes are what the operator should know though it stops nothing.
	notes []string
}

// findHost reads USER@HOST[:PORT] and adds what ~/.ssh/config says of that host.
// What was given wins over the configuration.
func findHost(given, home string) (host, error) {
	name, rest, ok := strings.Cut(given, "@")
	h := host{user: name, name: rest, home: home}
	if at, port, err := net.SplitHostPort(rest); err == nil {
		h.name = at
		h.port, err = strconv.Atoi(port)
		if err != nil || h.port < 1 || h.port > 65535 {
			return host{}, wrongHost(given)
		}
	}
	h.name = strings.Trim(h.name, "[]")
	if !ok || h.user == "" || h.name == "" {
		return host{}, wrongHost(given)
	}
	h.address = h.name
	return h, h.configure()
}

func wrongHost(given string) error {
	return &providers.Usage{Err: fmt.Errorf("the host %q can't be understood", given), Next: "write --host USER@HOST or --host USER@HOST:PORT"}
}

// configure adds what ~/.ssh/config says of the host. A configuration that can't
// be read is left out, with a note.
func (h *host) configure() error {
	config, err := h.config()
	if err != nil {
		h.notes = append(h.notes, fmt.Sprintf("~/.ssh/config can't be read and is left out: %v", err))
		config = &ssh_config.Config{}
	}
	get := func(key string) string {
		value, err := config.Get(h.name, key)
		if err != nil {
			return "" // an include that can't be read says nothing
		}
		return value
	}
	for _, key := range []string{"ProxyJump", "ProxyCommand"} {
		if value := get(key); value != "" && value != "none" {
			return &providers.Usage{Err: fmt.Errorf("~/.ssh/config reaches %s by %s, which slipway can't do yet", h.name, key),
				Next: "open a tunnel with ssh -L and give its local end as --host"}
		}
	}
	if name := get("HostName"); name != "" {
		h.address = strings.ReplaceAll(name, "%h", h.name)
	}
	if port, err := strconv.Atoi(get("Port")); err == nil && h.port == 0 && port > 0 && port <= 65535 {
		h.port = port
	}
	if h.port == 0 {
		h.port = defaultPort
	}
	h.identitiesOnly = strings.EqualFold(get("IdentitiesOnly"), "yes")
	if socket := get("IdentityAgent"); socket != "SSH_AUTH_SOCK" {
		h.agent = socket
	}
	files, err := config.GetAll(h.name, "IdentityFile")
	if err != nil {
		return nil //nolint:nilerr // an include that can't be read names no file
	}
	for _, file := range files {
		h.identities = append(h.identities, h.expand(file))
	}
	return nil
}

// config is the operator's ~/.ssh/config; empty if there is none.
func (h *host) config() (*ssh_config.Config, error) {
	if h.home == "" {
		return &ssh_config.Config{}, nil
	}
	text, err := h.readConfig(filepath.Join(h.home, ".ssh", "config"), mostIncludes)
	if os.IsNotExist(err) {
		return &ssh_config.Config{}, nil
	}
	if err != nil {
		return nil, err
	}
	return ssh_config.DecodeBytes(h.withoutConditions(text))
}

// mostIncludes is how deep the parser of the configuration follows Include.
const mostIncludes = 5

// included are the files that a line includes.
var included = regexp.MustCompile(`(?im)^[ \t]*include[ \t=]+(.*)$`)

// readConfig reads a file of the configuration. Its parser opens the files that it
// includes by itself, so they are looked at before.
func (h *host) readConfig(path string, depth int) ([]byte, error) {
	text, err := regular.Read(context.Background(), path, regular.Small)
	if err != nil || depth == 0 {
		return text, err
	}
	for _, line := range included.FindAllSubmatch(text, -1) {
		for pattern := range strings.FieldsSeq(string(line[1])) {
			pattern = strings.Trim(pattern, `"`)
			if rest, ok := strings.CutPrefix(pattern, "~/"); ok {
				pattern = filepath.Join(h.home, rest)
			} else if !filepath.IsAbs(pattern) {
				pattern = filepath.Join(h.home, ".ssh", pattern)
			}
			files, _ := filepath.Glob(pattern) // the parser says what is wrong with a pattern
			for _, file := range files {
				if _, err := h.readConfig(file, depth-1); err != nil && !os.IsNotExist(err) {
					return nil, err
				}
			}
		}
	}
	return text, nil
}

// condition begins a section that holds under a condition which can't be judged here:
// any Match but "all" and those about the host alone.
var condition = regexp.MustCompile(`(?im)^[ \t]*match[ \t=]+(.*)$`)

// judged are the conditions that the parser of the configuration judges itself.
var judged = regexp.MustCompile(`(?i)^(all|(original)?host[ \t]+\S+)[ \t]*(#.*)?$`)

// withoutConditions is the configuration in which such sections are for no host, each
// with a note.
func (h *host) withoutConditions(text []byte) []byte {
	return condition.ReplaceAllFunc(text, func(line []byte) []byte {
		what := strings.TrimSpace(string(condition.FindSubmatch(line)[1]))
		if judged.MatchString(what) {
			return line
		}
		h.notes = append(h.notes, "the section \"Match "+what+"\" of ~/.ssh/config is left out: give what it sets by --host and --identity")
		return []byte("Host !*")
	})
}

// expand replaces ~ and the tokens that ssh_config(5) allows in IdentityFile.
func (h *host) expand(path string) string {
	local := ""
	if u, err := user.Current(); err == nil {
		local = u.Username
	}
	path = strings.NewReplacer("%%", "%", "%d", h.home, "%h", h.address, "%r", h.user, "%u", local).Replace(path)
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		return filepath.Join(h.home, rest)
	}
	return path
}
