package fixer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// A Fix is one way to resolve a finding.
type Fix struct {
	// ID names the alternative within its rule, as in "set-user". Decisions
	// refer to it, so it must not depend on the order of alternatives.
	ID string

	// Title is an imperative that names what is written: "Set runAsNonRoot to true".
	Title string

	Level  Level
	Breaks string // what can stop working, one sentence; required above Safe
	Verify string // how to see that it works, as [ParseVerify] reads it

	Params []Param

	// OnlyAdds says that Edit adds files and documents and changes none, so that it
	// touches nothing that a person has set.
	OnlyAdds bool

	// Edit makes the change on a draft, in the file of the finding unless it
	// says otherwise. It must be pure: the same snapshot and parameters give
	// the same edits. It outlives the pass and must not hold it: what it needs
	// it takes from the draft, or from values worked out before. A refusal is
	// returned as an error whose text is a sentence for people.
	Edit func(d *Draft) error

	file string // of the finding, from [Pass.Report]
}

// Param is a value a person may choose before a fix is made.
type Param struct {
	Name     string // as given to --set: "uid"
	Meaning  string // what it is, with its unit and range
	Default  string
	Guess    bool                     // the default rests on nothing that is known here: it is the same everywhere
	Validate func(value string) error // nil accepts everything

	// Assumed says that the default is a bound which nothing here confirms either, and
	// which is not there to be met: reports list it, and nobody is asked for it.
	Assumed bool
}

// With returns the parameter with a default.
func (p Param) With(value string) Param {
	p.Default = value
	return p
}

// Guesses returns the parameters whose value would be a guess, with the value: those
// that nobody chose, in the order of the fix.
func (f *Fix) Guesses(chosen Params) []string {
	var out []string
	for _, p := range f.Params {
		if _, ok := chosen[p.Name]; p.Guess && !ok {
			out = append(out, p.Name+"="+p.Default)
		}
	}
	return out
}

// Assumptions returns the parameters whose value would be assumed, with the value, as
// [Fix.Guesses] does. An empty value sets no bound.
func (f *Fix) Assumptions(chosen Params) []string {
	var out []string
	for _, p := range f.Params {
		if _, ok := chosen[p.Name]; p.Assumed && p.Default != "" && !ok {
			out = append(out, p.Name+"="+p.Default)
		}
	}
	return out
}

var titleWord = text.Regexp(`[\pL\pN_./-]+`)

// TitleWith is the title with chosen values in the place of the defaults that it names.
// Parameters with one default are named in their order. What the title does not name
// follows in brackets.
func (f *Fix) TitleWith(chosen Params) string {
	byDefault := map[string][]*Param{}
	for i := range f.Params {
		p := &f.Params[i]
		byDefault[p.Default] = append(byDefault[p.Default], p)
	}
	named := map[string]bool{}
	title := titleWord().ReplaceAllStringFunc(f.Title, func(word string) string {
		list := byDefault[word]
		if len(list) == 0 {
			return word
		}
		p := list[0]
		if len(list) > 1 {
			byDefault[word] = list[1:]
		}
		if v := chosen[p.Name]; v != "" {
			named[p.Name] = true
			return v
		}
		return word
	})
	var rest []string
	for _, p := range f.Params {
		if v, ok := chosen[p.Name]; ok && v != p.Default && !named[p.Name] {
			rest = append(rest, p.Name+"="+v)
		}
	}
	if len(rest) > 0 {
		title += " (" + strings.Join(rest, ", ") + ")"
	}
	return title
}

// Optional is a validation that accepts an empty value, too.
func Optional(validate func(value string) error) func(value string) error {
	return func(value string) error {
		if value == "" {
			return nil
		}
		return validate(value)
	}
}

// Params are chosen values by name.
type Params map[string]string

// Resolve returns the value of every parameter of the fix: the chosen one,
// else the default. It fails on a value the parameter does not accept, and on
// a name the fix does not have.
func (f *Fix) Resolve(chosen Params) (Params, error) {
	out := make(Params, len(f.Params))
	for _, p := range f.Params {
		v, ok := chosen[p.Name]
		if !ok {
			v = p.Default
		}
		if p.Validate != nil {
			if err := p.Validate(v); err != nil {
				return nil, fmt.Errorf("%s: %q is not valid: %w", p.Name, v, err)
			}
		}
		out[p.Name] = v
	}
	for _, k := range slices.Sorted(maps.Keys(chosen)) {
		if _, ok := out[k]; !ok {
			return nil, fmt.Errorf("unknown parameter %q: this fix has %s", k, f.paramNames())
		}
	}
	return out, nil
}

// OwnParams returns the parameters that this fix has.
func (f *Fix) OwnParams(all Params) Params {
	var out Params
	for _, p := range f.Params {
		if v, ok := all[p.Name]; ok {
			if out == nil {
				out = Params{}
			}
			out[p.Name] = v
		}
	}
	return out
}

func (f *Fix) paramNames() string {
	if len(f.Params) == 0 {
		return "none"
	}
	names := make([]string, len(f.Params))
	for i, p := range f.Params {
		names[i] = p.Name
	}
	return strings.Join(names, ", ")
}

// A Refusal is a fix's own statement that it cannot be made safely here.
type Refusal struct {
	Reason string // a sentence for people, lower case, no full stop
}

// Error returns the reason.
func (r *Refusal) Error() string { return r.Reason }

// Refuse returns a [Refusal] whose reason is formatted as by [fmt.Sprintf].
func Refuse(format string, args ...any) error {
	return &Refusal{Reason: fmt.Sprintf(format, args...)}
}
