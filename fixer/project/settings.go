package project

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
)

// A setting is one --set: a value for a parameter of every fix that has it, or
// of one rule's fixes.
type setting struct {
	given string // as written
	rule  string // "" for every rule
	key   string
	value string
}

// Settings are the values of --set.
type Settings []*setting

// ParseSettings reads KEY=VALUE and RULE.KEY=VALUE. A value may hold anything,
// an equals sign and nothing at all included.
func ParseSettings(given []string, all []*fixer.Rule) (Settings, error) {
	var out Settings
	for _, g := range given {
		key, value, ok := strings.Cut(g, "=")
		s := &setting{given: g, key: key, value: value}
		if i := strings.LastIndexByte(key, '.'); strings.Contains(key, "/") {
			if i < 0 {
				return nil, fmt.Errorf("--set %s: write RULE.KEY=VALUE, as in %s.uid=1000", g, key)
			}
			s.rule, s.key = key[:i], key[i+1:]
			if _, err := RuleNamed(all, s.rule); err != nil {
				return nil, fmt.Errorf("--set %s: %w", g, err)
			}
		}
		if !ok || s.key == "" {
			return nil, fmt.Errorf("--set %s: write KEY=VALUE, as in uid=1000", g)
		}
		out = append(out, s)
	}
	return out, nil
}

// params returns the values for a fix of a rule: one for the rule before one for all, and of
// two equals the later. What an image decides gets none that is meant for all.
func (s Settings) params(rule string, fix *fixer.Fix) fixer.Params {
	out := fixer.Params{}
	for _, x := range s {
		if x.rule == "" && !x.leaves(fix) {
			out[x.key] = x.value
		}
	}
	for _, x := range s {
		if x.rule != "" && x.rule == rule {
			out[x.key] = x.value
		}
	}
	return out
}

// leaves reports whether a value for all fixes leaves a fix alone, because the image decides.
func (x *setting) leaves(fix *fixer.Fix) bool {
	return x.rule == "" && slices.ContainsFunc(fix.Params, func(p fixer.Param) bool { return p.Name == x.key && p.Bound })
}

// fits reports whether a fix of a rule has the parameter.
func (x *setting) fits(rule string, fix *fixer.Fix) bool {
	return (x.rule == "" || x.rule == rule) &&
		slices.ContainsFunc(fix.Params, func(p fixer.Param) bool { return p.Name == x.key })
}

// Settable lists the parameters that --set knows, each with the rules whose
// fixes may ask for it.
func Settable(all []*fixer.Rule) string {
	takers := map[string][]string{}
	for _, r := range all {
		for _, p := range r.Params {
			takers[p.Name] = append(takers[p.Name], r.Name)
		}
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(takers)) {
		fmt.Fprintf(&b, "  %-12s %s\n", name, strings.Join(takers[name], ", "))
	}
	return b.String()
}
