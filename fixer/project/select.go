package project

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/report"
)

// A Selection is which rules are run, and which of them are reported.
type Selection struct {
	all   []*fixer.Rule
	run   []*fixer.Rule
	names map[string]bool
	asked []string // as --select has them
}

// Wants reports whether findings of a rule are reported.
func (s *Selection) Wants(rule string) bool { return s.names[rule] }

// Freshens reports whether newer images were asked for, by the name of the rule.
func (s *Selection) Freshens() bool {
	return slices.ContainsFunc(s.asked, func(pattern string) bool { return strings.Contains(pattern, "stale-digest") })
}

// Wanted returns the rules whose findings are reported.
func (s *Selection) Wanted() []*fixer.Rule {
	var out []*fixer.Rule
	for _, r := range s.run {
		if s.Wants(r.Name) {
			out = append(out, r)
		}
	}
	return out
}

// Select applies the values of --select and --ignore. A pattern is a rule's name, a
// kind such as "kubernetes", a glob such as "kube*" or "*/capabilities", in
// which a star matches any text, slashes too, or the id that another tool or a
// benchmark has for a rule's concern: "DL3002", "KSV012", "CIS Docker 4.1". One
// that matches no rule is an error.
func Select(all []*fixer.Rule, only, ignore []string) (*Selection, error) {
	selected, err := expand("--select", only, all)
	if err != nil {
		return nil, err
	}
	ignored, err := expand("--ignore", ignore, all)
	if err != nil {
		return nil, err
	}
	s := &Selection{all: all, names: map[string]bool{}, asked: only}
	for _, r := range all {
		if ignored[r.Name] {
			continue
		}
		s.run = append(s.run, r)
		if len(only) == 0 || selected[r.Name] {
			s.names[r.Name] = true
		}
	}
	if len(s.names) == 0 {
		return nil, fmt.Errorf("--select and --ignore leave no rule")
	}
	return s, nil
}

// slashless keeps [path.Match] from stopping a star at a slash: no name holds
// the character that stands for it.
var slashless = strings.NewReplacer("/", "\x00")

func expand(flag string, patterns []string, all []*fixer.Rule) (map[string]bool, error) {
	out := map[string]bool{}
	for _, p := range patterns {
		p = strings.TrimSpace(p)
		found := false
		for _, r := range all {
			kind, _, _ := strings.Cut(r.Name, "/")
			match, err := path.Match(slashless.Replace(p), slashless.Replace(r.Name))
			if err != nil {
				return nil, fmt.Errorf("%s: %q is not a valid pattern: %w", flag, p, err)
			}
			if match || strings.TrimSuffix(p, "/") == kind || r.HasReference(p) {
				out[r.Name], found = true, true
			}
		}
		if !found {
			return nil, hinted(fmt.Errorf("%s: no rule is called %q", flag, p), report.DidYouMean(p, append(kinds(all), Names(all)...)))
		}
	}
	return out, nil
}

// Names returns the names of rules.
func Names(all []*fixer.Rule) []string {
	out := make([]string, len(all))
	for i, r := range all {
		out[i] = r.Name
	}
	return out
}

func kinds(all []*fixer.Rule) []string {
	var out []string
	for _, r := range all {
		if kind, _, _ := strings.Cut(r.Name, "/"); !slices.Contains(out, kind) {
			out = append(out, kind)
		}
	}
	return out
}

// RuleNamed returns the rule of that name, or an error with a hint.
func RuleNamed(all []*fixer.Rule, name string) (*fixer.Rule, error) {
	for _, r := range all {
		if r.Name == name {
			return r, nil
		}
	}
	return nil, hinted(fmt.Errorf("no rule is called %q", name), report.DidYouMean(name, Names(all)))
}

// RulesMeant returns the rule of that name, in any case, else those with that
// reference, or an error with a hint: names and references that are spelt alike.
func RulesMeant(all []*fixer.Rule, name string) ([]*fixer.Rule, error) {
	if rule, err := RuleNamed(all, strings.ToLower(name)); err == nil {
		return []*fixer.Rule{rule}, nil
	}
	var out []*fixer.Rule
	for _, r := range all {
		if r.HasReference(name) {
			out = append(out, r)
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	known := Names(all)
	for _, r := range all {
		for _, ref := range r.References {
			if !strings.Contains(ref.ID, " ") { // a word that is typed, not prose
				known = append(known, ref.ID)
			}
		}
	}
	return nil, hinted(fmt.Errorf("no rule is called %q, and none has it as the id of another tool", name), report.DidYouMean(name, known))
}

// hinted adds a hint to an error.
func hinted(err error, hint string) error {
	if hint == "" {
		return err
	}
	return fmt.Errorf("%w%s", err, hint)
}
