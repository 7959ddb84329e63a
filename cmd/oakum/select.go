package main

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/report"
)

// A selection is which rules a command runs, and which of them it speaks of.
type selection struct {
	run   []*fixer.Rule
	names map[string]bool
}

func (s *selection) wants(rule string) bool { return s.names[rule] }

// newSelection applies --select and --ignore. A pattern is a rule's name, a
// kind such as "kubernetes", a glob such as "kube*" or "*/capabilities", in
// which a star matches any text, slashes too, or the id that another tool or a
// benchmark has for a rule's concern: "DL3002", "KSV012", "CIS Docker 4.1". One
// that matches no rule is an error.
func newSelection(all []*fixer.Rule, f selectFlags) (*selection, error) {
	only, err := expand("--select", f.only, all)
	if err != nil {
		return nil, err
	}
	ignored, err := expand("--ignore", f.ignore, all)
	if err != nil {
		return nil, err
	}
	s := &selection{names: map[string]bool{}}
	for _, r := range all {
		if ignored[r.Name] {
			continue
		}
		s.run = append(s.run, r)
		if len(f.only) == 0 || only[r.Name] {
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
				return nil, fmt.Errorf("%s: %q is no pattern: %w", flag, p, err)
			}
			if match || strings.TrimSuffix(p, "/") == kind || r.HasReference(p) {
				out[r.Name], found = true, true
			}
		}
		if !found {
			return nil, hinted(fmt.Errorf("%s: no rule is called %q", flag, p), report.DidYouMean(p, append(kinds(all), names(all)...)))
		}
	}
	return out, nil
}

func names(all []*fixer.Rule) []string {
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

// ruleNamed returns the rule of that name, or an error with a hint.
func ruleNamed(all []*fixer.Rule, name string) (*fixer.Rule, error) {
	for _, r := range all {
		if r.Name == name {
			return r, nil
		}
	}
	return nil, hinted(fmt.Errorf("no rule is called %q", name), report.DidYouMean(name, names(all)))
}
