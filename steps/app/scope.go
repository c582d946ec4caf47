package app

import "iter"

// scope is the module level or a function's body.
type scope struct {
	module *module
	// of is the file as it was read: it stays as long as one of its scopes does.
	of     *parsedFile
	parent *scope
	// number tells the scope from others of its file, however often that is read.
	number int
	names  map[string][]binding
	order  []string
	// returns are the expressions that a function returns.
	returns [][]token
	// defaults are a function's parameters that have a default.
	defaults map[string][]token
	// class is set for the body of a class; set is what its methods set on self.
	class bool
	name  string
	set   map[string][]setting
}

// scopeKey names a scope. It lasts, and does not keep the file as it was read.
type scopeKey struct {
	module *module
	number int
}

func (s *scope) key() scopeKey { return scopeKey{s.module, s.number} }

// bindings are the scope's names with what each is bound to, in the order of the source.
func (s *scope) bindings() iter.Seq2[string, binding] {
	return func(yield func(string, binding) bool) {
		for _, name := range s.order {
			for _, b := range s.names[name] {
				if !yield(name, b) {
					return
				}
			}
		}
	}
}

// setting is a value that something is set to, in the scope in which it is read.
type setting struct {
	value []token
	scope *scope
}
