package app

import (
	"bytes"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

var (
	appTable   = regexp.MustCompile(`(?m)^[ \t]*\[[ \t]*app[ \t]*\][^\n]*(?:\n|$)`)
	nextTable  = regexp.MustCompile(`(?m)^[ \t]*\[`)
	dataKey    = regexp.MustCompile(`(?m)^[ \t]*data[ \t]*=[ \t]*\[`)
	dottedData = regexp.MustCompile(`(?m)^[ \t]*app[ \t]*\.[ \t]*data[ \t]*=[ \t]*\[`)
	dottedKey  = regexp.MustCompile(`(?m)^[ \t]*app[ \t]*\.[^\n]*(?:\n|$)`)
)

// AddData is the text of a slipway.toml with one more entry in data under [app]; an empty
// text is a file that is not there. Every other line, comments too, stays as it is. An
// entry that is there already leaves the text as it was. It is an error if the text is
// written in a way in which the entry can't be added.
func AddData(text, entry string) (string, error) {
	before, err := parsed(text)
	if err != nil {
		return "", err
	}
	if slices.Contains(before.App.Data, entry) {
		return text, nil
	}
	added := addedData(text, entry, len(before.App.Data) == 0)
	after, err := parsed(added)
	if err != nil || !slices.Equal(slices.Sorted(slices.Values(after.App.Data)), slices.Sorted(slices.Values(append(before.App.Data, entry)))) {
		return "", errors.New(SettingsFile + " is written in a way in which data can't be added by itself")
	}
	return added, nil
}

func parsed(text string) (document, error) {
	var doc document
	if err := toml.NewDecoder(bytes.NewReader([]byte(text))).DisallowUnknownFields().Decode(&doc); err != nil {
		return document{}, settingsError(err)
	}
	return doc, nil
}

// addedData writes the entry where data is, else below [app] or beside the dotted keys
// of app, else at the end.
func addedData(text, entry string, first bool) string {
	end := "\n"
	if strings.Contains(text, "\r\n") {
		end = "\r\n"
	}
	value := tomlString(entry)
	into := func(at int) string {
		if !first {
			value += ", "
		}
		return text[:at] + value + text[at:]
	}
	line := "data = [" + value + "]" + end
	if table := appTable.FindStringIndex(text); table != nil {
		rest := text[table[1]:]
		if next := nextTable.FindStringIndex(rest); next != nil {
			rest = rest[:next[0]]
		}
		if key := dataKey.FindStringIndex(rest); key != nil {
			return into(table[1] + key[1])
		}
		return ended(text[:table[1]], end) + line + text[table[1]:]
	}
	if key := dottedData.FindStringIndex(text); key != nil {
		return into(key[1])
	}
	if key := dottedKey.FindStringIndex(text); key != nil {
		return ended(text[:key[1]], end) + "app." + line + text[key[1]:]
	}
	text = ended(text, end)
	if text != "" {
		text += end
	}
	return text + "[app]" + end + line
}

// ended is a text whose last line has its end.
func ended(text, end string) string {
	if text == "" || strings.HasSuffix(text, "\n") {
		return text
	}
	return text + end
}
