package main

import (
	"fmt"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/report"
)

// A setting is one --set: a value for a parameter of every fix that has it, or
// of one rule's fixes.
type setting struct {
	given string // as written
	rule  string // "" for every rule
	key   string
	value string
}

type settings []*setting

// parseSettings reads KEY=VALUE and RULE.KEY=VALUE. A value may hold anything,
// an equals sign and nothing at all included.
func parseSettings(given []string, all []*fixer.Rule) (settings, error) {
	var out settings
	for _, g := range given {
		key, value, ok := strings.Cut(g, "=")
		s := &setting{given: g, key: key, value: value}
		if i := strings.LastIndexByte(key, '.'); strings.Contains(key, "/") {
			if i < 0 {
				return nil, fmt.Errorf("--set %s: write RULE.KEY=VALUE, as in %s.uid=1000", g, key)
			}
			s.rule, s.key = key[:i], key[i+1:]
			if _, err := ruleNamed(all, s.rule); err != nil {
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

// perRule reports whether a setting is for one rule only.
func (s settings) perRule() bool {
	return slices.ContainsFunc(s, func(x *setting) bool { return x.rule != "" })
}

// params returns the values for the fixes of a rule: one for the rule before
// one for all, and of two equals the later.
func (s settings) params(rule string) fixer.Params {
	out := fixer.Params{}
	for _, x := range s {
		if x.rule == "" {
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

// check fails on a setting that no accepted fix took. Where there was nothing
// to accept there was nothing to set either, which is no mistake: the same
// command line run again must not fail.
func (s settings) check(session *fixer.Session, wants func(string) bool, upTo fixer.Level) error {
	accepted := session.Decisions()
	if len(accepted) == 0 {
		return nil
	}
	for _, x := range s {
		if !x.taken(accepted) {
			return x.mistake(session, wants, upTo)
		}
	}
	return nil
}

func (x *setting) taken(accepted fixer.Decisions) bool {
	for k, d := range accepted {
		if _, ok := d.Params[x.key]; ok && (x.rule == "" || x.rule == k.Rule) {
			return true
		}
	}
	return false
}

// mistake says what is wrong with a setting that no fix took.
func (x *setting) mistake(session *fixer.Session, wants func(string) bool, upTo fixer.Level) error {
	var keys []string
	for _, f := range session.Baseline().Findings {
		if !wants(f.Rule) || (x.rule != "" && x.rule != f.Rule) {
			continue
		}
		for i := range f.Fixes {
			for _, p := range f.Fixes[i].Params {
				if l := f.Fixes[i].Level; p.Name == x.key && l > upTo {
					return fmt.Errorf("--set %s: %s belongs to %s fixes, add --level %[3]s", x.given, x.key, l)
				}
				keys = append(keys, p.Name)
			}
		}
	}
	return hinted(fmt.Errorf("--set %s: no fix that was asked for has a parameter %q", x.given, x.key), report.DidYouMean(x.key, keys))
}
