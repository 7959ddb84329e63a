package main

import (
	"fmt"
	"slices"
	"strings"

	"oakum/fixer"
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

// fits reports whether a fix of a rule has the parameter.
func (x *setting) fits(rule string, fix *fixer.Fix) bool {
	return (x.rule == "" || x.rule == rule) &&
		slices.ContainsFunc(fix.Params, func(p fixer.Param) bool { return p.Name == x.key })
}

// parameters are those that the fixes of a rule may have. Which of them a fix
// has depends on the file, so a misspelt name can only be told from an idle
// one by a list.
var parameters = map[string][]string{
	"compose/writable-root":         {"writable"},
	"cross/default-service-account": {"account"},
	"cross/pod-security-labels":     {"level"},
	"cross/source-label":            {"description", "licenses", "source"},
	"dockerfile/named-user":         {"uid"},
	"dockerfile/no-healthcheck":     {"path", "port"},
	"dockerfile/runs-as-root":       {"gid", "name", "uid"},
	"kubernetes/cpu-request":        {"cpu", "cpu-limit"},
	"kubernetes/empty-dir-limit":    {"limit"},
	"kubernetes/ingress-tls":        {"secret"},
	"kubernetes/inline-volume":      {"capacity", "claim"},
	"kubernetes/no-limits":          {"memory"},
	"kubernetes/run-as-non-root":    {"folder", "gid", "size", "uid", "writable"},
	"kubernetes/secret-in-env":      {"secret"},
	"kubernetes/writable-root":      {"size", "writable"},
}
