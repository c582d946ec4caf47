package shell

// Paths lists where files are.
func Paths(files []File) []string {
	var all []string
	for _, f := range files {
		all = append(all, f.Path)
	}
	return all
}

// PutAll is the shell text that writes files.
func PutAll(files []File) string {
	var all []string
	for _, f := range files {
		all = append(all, f.Put())
	}
	return Lines(all...)
}
