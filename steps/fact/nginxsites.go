package fact

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// nginxServer is a server block of nginx's settings, or the lines of one in a file of
// their own.
type nginxServer struct {
	file string
	// stream is true outside of HTTP: such a server has its ports for itself.
	stream  bool
	listens []nginxListen
	// names are those that it answers to; without any it answers to every name.
	names []string
}

// nginxListen is an address at which a server listens.
type nginxListen struct {
	// address is empty for every address of the server.
	address   string
	port      int
	isDefault bool
}

var nginxFile = regexp.MustCompile(`^# configuration file (.+):$`)

// nginxServers finds the servers in what nginx -T prints: files one after the other, each
// with its path above.
func nginxServers(dump []string) []nginxServer {
	var all []nginxServer
	file, text := "", strings.Builder{}
	read := func() {
		all = append(all, serversIn(file, nginxTokens(text.String()))...)
		text.Reset()
	}
	for _, line := range dump {
		if m := nginxFile.FindStringSubmatch(line); m != nil {
			read()
			file = m[1]
			continue
		}
		text.WriteString(line + "\n")
	}
	read()
	return all
}

// serversIn finds the servers in the tokens of one file. Lines of a server that stand
// outside of any block are one too: another file includes them.
func serversIn(file string, tokens []string) []nginxServer {
	var all []nginxServer
	loose := nginxServer{file: file}
	var blocks, words []string
	open := func() *nginxServer {
		if len(all) > 0 && slices.Contains(blocks, "server") {
			return &all[len(all)-1]
		}
		return &loose
	}
	for _, token := range tokens {
		switch token {
		case "{":
			blocks = append(blocks, strings.Join(words[:min(1, len(words))], ""))
			if blocks[len(blocks)-1] == "server" && !slices.Contains(blocks, "upstream") {
				all = append(all, nginxServer{file: file, stream: slices.Contains(blocks, "stream") || slices.Contains(blocks, "mail")})
			}
			words = nil
		case "}":
			blocks, words = blocks[:max(0, len(blocks)-1)], nil
		case ";":
			open().take(words)
			words = nil
		default:
			words = append(words, token)
		}
	}
	for i := range all {
		if all[i].listens == nil && !all[i].stream {
			all[i].listens = []nginxListen{{port: 80}}
		}
	}
	if loose.listens != nil {
		all = append(all, loose)
	}
	return all
}

// take takes over what a directive says of the server.
func (s *nginxServer) take(words []string) {
	switch {
	case len(words) > 1 && words[0] == "listen":
		if s.listens == nil {
			s.listens = []nginxListen{} // a server at a socket alone does not listen on port 80
		}
		if at, ok := listenAddress(words[1]); ok {
			at.isDefault = slices.Contains(words, "default_server") || slices.Contains(words, "default")
			s.listens = append(s.listens, at)
		}
	case len(words) > 1 && words[0] == "server_name":
		s.names = append(s.names, words[1:]...)
	}
}

// listenAddress reads the first word of listen: a port, an address, or both. A path of
// a socket is none.
func listenAddress(word string) (nginxListen, bool) {
	if strings.HasPrefix(word, "unix:") {
		return nginxListen{}, false
	}
	if word == "default_server" {
		return nginxListen{port: 80}, true
	}
	if port, err := strconv.Atoi(word); err == nil {
		return nginxListen{port: port}, true
	}
	at := nginxListen{address: word, port: 80}
	if i := strings.LastIndexByte(word, ':'); i > strings.LastIndexByte(word, ']') {
		port, err := strconv.Atoi(word[i+1:])
		if err != nil {
			return nginxListen{}, false
		}
		at.address, at.port = word[:i], port
	}
	at.address = strings.Trim(at.address, "[]")
	if at.address == "*" || at.address == "0.0.0.0" || at.address == "::" {
		at.address = ""
	}
	return at, true
}

// isLoopback tells whether only the server itself reaches the address.
func (l nginxListen) isLoopback() bool {
	return strings.HasPrefix(l.address, "127.") || l.address == "::1" || l.address == "localhost"
}

// nginxTokens are the words of nginx's settings, and "{", "}" and ";". Quotes and comments
// are left out.
func nginxTokens(text string) []string {
	var tokens []string
	var word strings.Builder
	begun, quote, escaped, comment := false, rune(0), false, false
	end := func() {
		if begun {
			tokens = append(tokens, word.String())
		}
		word.Reset()
		begun = false
	}
	before := rune(0)
	for _, r := range text {
		switch {
		case comment:
			comment = r != '\n'
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\':
			begun, escaped = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case (r == '"' || r == '\'') && !begun:
			begun, quote = true, r
		case r == '#' && !begun:
			comment = true
		case strings.ContainsRune(" \t\r\n", r):
			end()
		case r == ';', r == '}' && !strings.Contains(word.String(), "${"), r == '{' && before != '$':
			end()
			tokens = append(tokens, string(r))
		default:
			word.WriteRune(r)
			begun = true
		}
		before = r
	}
	end()
	return tokens
}
