package fixer

import "sync"

// A Derived value is worked out from one file, at most once for each version
// of it, and shared by all rules, checks and folds that see that version. It
// is what go/analysis calls a fact of a package: rules ask for it instead of
// reading the file again.
//
//	var Build = fixer.Derive(func(f *fixer.File) *File { … }) // package build
//	b := build.Build.Of(p.File)                               // in a rule
type Derived[T any] struct {
	compute func(f *File) T
}

// Derive declares a derived value. compute must be pure: it may look at the file
// and at nothing else.
func Derive[T any](from func(f *File) T) *Derived[T] { return &Derived[T]{compute: from} }

// Of returns the value for a file. It is shared and must not be changed.
func (d *Derived[T]) Of(f *File) T { return once(&f.derived, d, func() T { return d.compute(f) }) }

// A Shared value is worked out from what a pass shows (the file with its
// topology and facts, or the whole snapshot for a rule without a kind), at
// most once for each check of it, and shared by the rules of that check. What
// it depends on, those depend on that ask for it.
type Shared[T any] struct {
	compute func(p *Pass) T
}

// Share declares a shared value. compute may use everything of the pass but Rule
// and Report, and must not keep it.
func Share[T any](from func(p *Pass) T) *Shared[T] { return &Shared[T]{compute: from} }

// Of returns the value for what the pass looks at. It must not be changed.
func (s *Shared[T]) Of(p *Pass) T { return Once(p, s, func() T { return s.compute(p) }) }

// Once returns what compute makes of the pass, as a [Shared] value is made of it:
// by the first rule of a check that asks for the key, and for all that ask. It is
// for values of which one look has several, such as the containers of a file. The
// key must be of a type of its own for what is computed.
func Once[T any](p *Pass, key any, compute func() T) T {
	i := p.inspection
	cell, ok := i.shared[key]
	if !ok {
		outer := i.deps
		i.deps = &Deps{}
		defer func() { // also where compute panics
			outer.add(i.deps)
			i.deps = outer
		}()
		cell = shared{compute(), i.deps}
		i.shared[key] = cell
		return cell.value.(T)
	}
	i.deps.add(cell.deps)
	return cell.value.(T)
}

// shared is a value with what it depends on.
type shared struct {
	value any
	deps  *Deps
}

// A memo holds values by who declared them. There is one for each file, with few
// values in it.
type memo struct {
	mu    sync.Mutex
	cells []cell
}

// A cell is a value that is worked out when it is first asked for.
type cell struct {
	key   any
	value any // a func() T
}

// once returns what the memo holds under key, computed by the first caller.
func once[T any](m *memo, key any, compute func() T) T {
	m.mu.Lock()
	for i := range m.cells {
		if m.cells[i].key == key {
			value := m.cells[i].value
			m.mu.Unlock()
			return value.(func() T)()
		}
	}
	value := sync.OnceValue(compute)
	m.cells = append(m.cells, cell{key, value})
	m.mu.Unlock()
	return value()
}
