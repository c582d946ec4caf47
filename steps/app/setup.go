package app

import (
	"io/fs"
)

// setupCall is the call of setup() in a setup.py. The file is read and never run.
type setupCall struct {
	// args are the call's keyword arguments, names what is assigned beside it.
	args, names map[string][]token
}

// readSetupPy reads a setup.py; nil if there is none, or none that calls setup.
func readSetupPy(fsys fs.FS, file string) *setupCall {
	text, err := readText(fsys, file)
	if err != nil {
		return nil
	}
	c := &setupCall{names: map[string][]token{}}
	c.read(parse(string(text)))
	if c.args == nil {
		return nil
	}
	return c
}

func (c *setupCall) read(stmts []statement) {
	for _, s := range stmts {
		c.read(s.body)
		if s.block {
			continue
		}
		if len(s.tokens) > 2 && s.tokens[0].kind == tokenName && s.tokens[1].is("=") {
			c.names[s.tokens[0].text] = s.tokens[2:]
		}
		callee, rest := dotted(s.tokens)
		if callee != "setup" && callee != "setuptools.setup" || len(rest) == 0 || !rest[0].is("(") {
			continue
		}
		c.args = map[string][]token{}
		inside, _ := bracketed(rest)
		for _, arg := range split(inside, ",") {
			if len(arg) > 2 && arg[0].kind == tokenName && arg[1].is("=") {
				c.args[arg[0].text] = arg[2:]
			}
		}
	}
}

// value is an argument's expression; that of a name is what was assigned to it.
func (c *setupCall) value(key string) []token {
	value := c.args[key]
	if len(value) == 1 && value[0].kind == tokenName {
		return c.names[value[0].text]
	}
	return value
}

// text is an argument that is a plain string; "" for any other.
func (c *setupCall) text(key string) string {
	if value := c.value(key); len(value) == 1 && value[0].kind == tokenString {
		return value[0].text
	}
	return ""
}

// list is an argument that is a plain list of strings; ok is false for any other.
func (c *setupCall) list(key string) (items []string, ok bool) {
	value := c.value(key)
	if len(value) == 0 || !value[0].is("[") && !value[0].is("(") {
		return nil, false
	}
	inside, after := bracketed(value)
	if len(after) > 0 {
		return nil, false
	}
	for _, item := range split(inside, ",") {
		switch {
		case len(item) == 0: // a comma at the end
		case len(item) == 1 && item[0].kind == tokenString:
			items = append(items, item[0].text)
		default:
			return nil, false
		}
	}
	return items, true
}
