package compose

import (
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// basesOfOthers are the services of a file of which others of it are made, by extends or
// by an alias.
var basesOfOthers = fixer.Share(func(p *fixer.Pass) []compose.View {
	var out []compose.View
	for _, v := range services(p) {
		if v.HasHeirs() {
			out = append(out, v)
		}
	}
	return out
})

// baseThatGives returns the service of the file whose fix gives a service the value of a
// key as well, so that the service need not repeat it. ok says of each service that it
// takes the value from whether the rule fixes that one.
func baseThatGives(p *fixer.Pass, v compose.View, key string, r *fixer.Rule, ok func(base compose.View) bool) (name string) {
	for _, base := range basesOfOthers.Of(p) {
		if base.Service == v.Service {
			continue
		}
		for _, d := range base.Reached(key) {
			if d.Service == v.Service && d.Variant == "" && !leftAlone(p, base, r) && ok(base) {
				return base.Name
			}
		}
	}
	return ""
}

// heedBase takes the fixes from a finding that the fix of a service which this one is made
// of closes. A service that is an alias has no other fix. finding is what the rule finds in
// one service alone.
func heedBase(p *fixer.Pass, v compose.View, key string, r *fixer.Rule, f *fixer.Finding, finding func(v compose.View) fixer.Finding) {
	level := fixer.Review
	if len(f.Fixes) > 0 {
		level = max(level, f.Fixes[0].Level)
	} else if v.Node.Kind != yamldoc.Alias {
		return
	}
	base := baseThatGives(p, v, key, r, func(base compose.View) bool {
		fixes := finding(base).Fixes
		return len(fixes) > 0 && fixes[0].Level <= level
	})
	if base != "" {
		f.Fixes = nil
		f.Advice = fmt.Sprintf("Fix service %q, from which this one takes %s", base, key)
	}
}

// givenByOthers reports whether a service takes what is written for a key from another one
// that gets it in the same fix.
func givenByOthers(v unlimited, all []unlimited, key string) bool {
	return slices.ContainsFunc(all, func(base unlimited) bool {
		return base.HasHeirs() && base.Service != v.Service && base.deploy == v.deploy && slices.ContainsFunc(base.Reached(key), func(d compose.Dependent) bool {
			return d.Service == v.Service && d.Variant == ""
		})
	})
}

// inPlace lets operations on what a service has under a key hold although aliases stand for
// the mapping that they are in, where every service with such an alias has a value of its
// own under the key.
func inPlace(v compose.View, key string, ops ...yamldoc.Op) []yamldoc.Op {
	others := slices.ContainsFunc(v.Reached(key), func(d compose.Dependent) bool { return d.Service != v.Service })
	if !others && v.Part().SharedWithServices() {
		return yamldoc.Everywhere(ops...)
	}
	return ops
}
