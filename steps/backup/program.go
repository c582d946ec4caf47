package backup

import (
	"embed"
	"strings"

	"slipway/steps/layout"
	"slipway/steps/shell"
)

//go:embed program/*.py
var programFiles embed.FS

// programs is the folder of the program's versions; layout.Program is a link to one of
// them. So a program that runs while another one is installed goes on with its own.
const programs = layout.Program + "-"

// program are the files of the program on the server, and its version: a folder's name is
// made of it, and it differs if one of the files does.
func program() (files []shell.File, folder string) {
	entries, err := programFiles.ReadDir("program")
	if err != nil {
		panic(err) // it is embedded
	}
	var all strings.Builder
	for _, entry := range entries {
		text, err := programFiles.ReadFile("program/" + entry.Name())
		if err != nil {
			panic(err)
		}
		all.WriteString(entry.Name() + "\x00" + string(text) + "\x00")
		files = append(files, shell.File{Path: entry.Name(), Mode: "644", Content: "# Written by slipway.\n" + string(text)})
	}
	folder = programs + shell.Sum(all.String())[:12]
	for i := range files {
		files[i].Path = folder + "/" + files[i].Path
	}
	return files, folder
}
