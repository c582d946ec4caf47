package shell

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// systemd reads the properties of a unit in two forms. As systemd-run takes one,
// "Key=value", nothing but quotes and backslashes means something; where a property is a
// command, a dollar sign does too. In a unit file a percent sign begins a specifier
// besides, and the end of a line ends the property. So a property is made as systemd-run
// takes it, and UnitLine makes the line of a unit file of it.

// PropertyWords quotes words for a property that is no command, such as Environment or
// ReadWritePaths, as systemd-run takes it. Whatever can't be printed is escaped. systemd
// knows no such escape in a path, and no path with a quote in BindPaths: a word of that
// kind names a path that is not there.
func PropertyWords(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = propertyWord(w)
	}
	return strings.Join(quoted, " ")
}

// ExecWords quotes the words of a property that is a command, such as ExecStartPre, as
// systemd-run takes it.
func ExecWords(words ...string) string {
	literal := make([]string, len(words))
	for i, w := range words {
		literal[i] = ExecLiteral(w)
	}
	return PropertyWords(literal...)
}

// ExecLiteral is a word of a command that systemd runs, where a dollar sign would begin a
// variable's name. The words behind systemd-run's own options need nothing else.
func ExecLiteral(word string) string { return strings.ReplaceAll(word, "$", "$$") }

// UnitWords quotes words for a line of a unit file that is a command, such as ExecStart.
func UnitWords(words ...string) string { return UnitLine(ExecWords(words...)) }

// UnitLine is the line of a unit file for a property as systemd-run takes it.
func UnitLine(property string) string { return strings.ReplaceAll(property, "%", "%%") }

// propertyWord is a word between quotes. systemd knows no escape for NUL, and no word
// that is not UTF-8: package app refuses both, and CheckUnit once more.
func propertyWord(word string) string {
	var b strings.Builder
	b.WriteByte('"')
	for word != "" {
		r, size := utf8.DecodeRuneInString(word)
		switch {
		case r == '\\' || r == '"':
			b.WriteString(`\` + string(r))
		case r == 0 || unicode.IsPrint(r) && r != utf8.RuneError:
			b.WriteString(word[:size])
		default:
			for _, octet := range []byte(word[:size]) {
				fmt.Fprintf(&b, `\x%02x`, octet)
			}
		}
		word = word[size:]
	}
	b.WriteByte('"')
	return b.String()
}
