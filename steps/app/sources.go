package app

import (
	"io/fs"
	"path"
	"slices"
)

// withSources are the dependencies of a pyproject.toml, taken from where it says that they
// are: uv and Poetry keep that in tables of their own. To ask the index for such a package
// would install what somebody else published under its name.
func (d *detection) withSources(file string, project pyproject) (Requirements, error) {
	req := Requirements{Source: file}
	sources := project.sources()
	for _, dependency := range project.Project.Dependencies {
		name := requirementName(dependency)
		places := sources[name]
		if len(places) == 0 || !requirementForm.MatchString(dependency) {
			req.Packages = append(req.Packages, dependency)
			continue
		}
		need := standardNeed(dependency)
		for _, table := range places {
			w := wish{file: file, name: requirementForm.FindStringSubmatch(dependency)[1], table: table, extras: need.extras}
			marker, _ := table["marker"].(string)
			w.marker = conjunction(slices.DeleteFunc([]string{need.marker, marker}, func(m string) bool { return m == "" }))
			if err := d.addFrom(w, versionsOf(dependency), &req); err != nil {
				return Requirements{}, err
			}
		}
	}
	slices.Sort(req.Packages)
	return req, nil
}

// sources are the places that a pyproject.toml names, by normalised names of packages.
func (p pyproject) sources() map[string][]map[string]any {
	all := map[string][]map[string]any{}
	for name, value := range p.Tool.Poetry.Dependencies {
		if table, ok := value.(map[string]any); ok && slices.ContainsFunc([]string{"path", "git", "url"}, func(key string) bool { return table[key] != nil }) {
			all[normalName(name)] = append(all[normalName(name)], table)
		}
	}
	for name, value := range p.Tool.UV.Sources {
		items, isList := value.([]any)
		if !isList {
			items = []any{value}
		}
		for _, item := range items {
			if table, ok := item.(map[string]any); ok {
				all[normalName(name)] = append(all[normalName(name)], table)
			}
		}
	}
	return all
}

// addFrom adds a package from its source. versions are those that the dependency allows.
func (d *detection) addFrom(w wish, versions string, req *Requirements) error {
	if inWorkspace, _ := w.table["workspace"].(bool); inWorkspace {
		folder := d.memberFolder(w.file, normalName(w.name))
		if folder == "" {
			return appUsage(w.file+" takes "+w.name+" from the workspace, which has no such member here", "deploy the folder that has the whole workspace, or take the member out of .gitignore and "+IgnoreFile)
		}
		req.Packages = append(req.Packages, "./"+folder)
		return nil
	}
	if index := w.text("index"); index != "" {
		return notInstallable(w.file, w.name, "the index "+index)
	}
	if w.text("path")+w.text("git")+w.text("url") == "" {
		w.table = map[string]any{"version": versions}
	}
	return w.add(d, req)
}

// memberFolder is the folder of a workspace's member, relative to the root; "" if none of
// the workspaces in the folders around a manifest has it.
func (d *detection) memberFolder(manifest, name string) string {
	for root := path.Dir(manifest); ; root = path.Dir(root) {
		project, err := readPyproject(d.fsys, path.Join(root, "pyproject.toml"))
		if err != nil {
			return ""
		}
		for _, pattern := range project.Tool.UV.Workspace.Members {
			found, err := fs.Glob(d.fsys, path.Join(root, pattern, "pyproject.toml"))
			if err != nil {
				continue // no folder has such a name
			}
			for _, file := range found {
				if member, err := readPyproject(d.fsys, file); err == nil && normalName(member.Project.Name) == name {
					return path.Dir(file)
				}
			}
		}
		if root == "." {
			return ""
		}
	}
}
