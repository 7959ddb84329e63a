package rules_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
	"github.com/oakum-sec/oakum/fixer/text"
)

// opensKnown are the findings that a fix may leave behind, by the rule of the fix
// and that of the finding, with the reason: they are there because of what the fix
// has to add, or are asked only of what it makes.
var opensKnown = map[string]string{
	"kubernetes/privileged remove > kubernetes/writable-root": "of a privileged container this is not asked",
	"kubernetes/privileged remove > kubernetes/seccomp":       "of a privileged container this is not asked",
	"kubernetes/privileged remove > kubernetes/capabilities":  "of a privileged container this is not asked",
	"compose/privileged remove > compose/capabilities":        "of a privileged container this is not asked",

	"compose/docker-socket proxy > compose/runs-as-root":      "the socket belongs to root, and the proxy has no capabilities",
	"compose/docker-socket proxy > compose/unpinned-image":    "the proxy is a new image",
	"compose/host-namespaces remove > compose/published-port": "of a service on the network of its host this is not asked",

	"kubernetes/capabilities drop-all > kubernetes/added-capabilities": "what the image needs is still more than the restricted standard allows",

	"dockerfile/package-lists-kept clean > dockerfile/sudo": "the step is one of sudo already, with options that dockerfile/sudo does not report",

	"kubernetes/host-namespaces remove > cross/no-network-policy": "NetworkPolicies do not apply to pods on the host network",

	"cross/no-network-policy ingress > cross/no-egress-policy": "egress is the second step, after ingress",
	"kubernetes/deprecated-api move > cross/no-egress-policy":  "what a policy of a removed API limits is not known before",

	"dockerfile/runs-as-root user > dockerfile/privileged-port": "of root this is not asked",
}

// TestNoFixOpensWhatAnotherRuleReports makes each fix of each case of each rule
// alone, every alternative of it, and asks all rules about the result: nothing may
// come up that is as severe as what was fixed, and what is less severe has to
// be known. The engine holds a fix back that does; such a fix should not be offered.
func TestNoFixOpensWhatAnotherRuleReports(t *testing.T) {
	type ofRule struct {
		rule *fixer.Rule
		ruleCase
	}
	var cases []ofRule
	for _, rule := range rules.All() {
		data, err := os.ReadFile(casesOf(rule))
		if err != nil {
			continue // TestRules says so
		}
		list := parseCases(t, txtar.Parse(data))
		if testing.Short() && len(list) > 6 {
			list = list[:6]
		}
		for _, c := range list {
			cases = append(cases, ofRule{rule, c})
		}
	}
	var lock sync.Mutex
	made, opened := 0, map[string]string{}
	fixer.ForEach(len(cases), func(i int) {
		n, pairs := opensOf(t, cases[i].rule, cases[i].ruleCase)
		lock.Lock()
		defer lock.Unlock()
		made += n
		maps.Copy(opened, pairs)
	})
	if made < 300 {
		t.Errorf("only %d fixes were made", made)
	}
	var list []string
	for pair, example := range opened {
		list = append(list, pair+" ("+example+")")
	}
	slices.Sort(list)
	if len(list) > 0 {
		t.Errorf("fixes leave findings behind that are not known:\n%s", strings.Join(list, "\n"))
	}
}

// opensOf makes each fix of a case alone, and returns how many these were, and what less
// severe findings came up that are not known.
func opensOf(t *testing.T, rule *fixer.Rule, c ruleCase) (made int, opened map[string]string) {
	t.Helper()
	opened = map[string]string{}
	var sources []fixer.Source
	for path, data := range c.files {
		if !isName(path, data) {
			sources = append(sources, fixer.Source{Path: path, Kind: kindOf(path, data), Data: data})
		}
	}
	snap := fixer.NewSnapshot(sources)
	before := engine.Check(snap, nil, rules.All())
	for _, f := range before.Findings {
		if f.Rule != rule.Name {
			continue
		}
		for i := range f.Fixes {
			changes, err := f.Fixes[i].Draft(snap, nil)
			if err != nil || f.Fixes[i].Level > fixer.Review {
				continue
			}
			made++
			report := engine.Check(applied(t, snap, changes), nil, rules.All())
			for _, came := range report.Findings {
				if before.Finding(came.Key()) != nil || countOf(report, came) <= countOf(before, came) {
					continue // the same, or the same under another number
				}
				pair := rule.Name + " " + f.Fixes[i].ID + " > " + came.Rule
				switch {
				case opensKnown[pair] != "":
				case came.Severity >= f.Severity:
					t.Errorf("%s/%s: %s (%s) opens %s (%s): %s", rule.Name, c.name, f.Fixes[i].ID, f.Severity, came.Rule, came.Severity, came.Message)
				default:
					opened[pair] = c.name + ": " + came.Message
				}
			}
		}
	}
	return made, opened
}

// countOf returns how many findings there are of a rule in a file.
func countOf(r *engine.Report, like *fixer.Finding) int {
	n := 0
	for _, f := range r.Findings {
		if f.Rule == like.Rule && f.File == like.File {
			n++
		}
	}
	return n
}

func applied(t *testing.T, snap *fixer.Snapshot, changes []fixer.FileChange) *fixer.Snapshot {
	t.Helper()
	for _, c := range changes {
		data := c.Create
		if file := snap.File(c.Path); file != nil {
			var err error
			if data, err = text.Apply(file.Data, c.Edits); err != nil {
				t.Error(err) // on whatever goroutine
			}
		}
		snap = snap.With(c.Path, c.Kind, data)
	}
	return snap
}
