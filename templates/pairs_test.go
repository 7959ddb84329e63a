package templates_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/templates"
)

// A parameter is what can be chosen of a service, with values of which every two are tried together. A
// value is a list of settings; the first one is the default.
type parameter struct {
	name   string
	values []string
}

// parameters are all stacks and all settings.
func parameters() []parameter {
	stack := parameter{name: "stack"}
	for _, s := range templates.Stacks() {
		stack.values = append(stack.values, s.Name)
	}
	out := []parameter{
		stack,
		{"registry-files", []string{
			"registry-files=none", "registry-files=ecr registry=123456789012.dkr.ecr.eu-central-1.amazonaws.com/acme",
			"registry-files=artifact-registry registry=europe-docker.pkg.dev/acme/containers", "registry-files=acr registry=acmeimages.azurecr.io",
			"registry-files=harbor registry=harbor.example.com/acme",
		}},
		{"name", []string{"name=api", "name=a", "name=" + strings.Repeat("long-name-", 5)[:49] + "x"}},
		{"port", []string{"", "port=1024", "port=65535"}},
		{"uid", []string{"", "uid=1", "uid=2147483647"}},
		{"registry", []string{"", "registry=ghcr.io/acme/web", "registry=localhost:5000", "registry=registry.gitlab.com/acme/web"}},
		{"source", []string{"", "source=https://github.com/acme/web", "source=https://gitlab.com/acme/group/web"}},
		{"namespace", []string{"", "namespace=web"}},
		{"expose", []string{"", "expose=ingress host=api.example.com", "expose=httproute host=a.b.example.com"}},
		{"edge-namespace", []string{"", "edge-namespace=edge"}},
	}
	for _, s := range templates.Settings() {
		if s.Values != nil && !slices.ContainsFunc(out, func(p parameter) bool { return p.name == s.Name }) {
			p := parameter{name: s.Name, values: []string{""}}
			for _, v := range s.Values {
				if v != s.Value(templates.Defaults(templates.Stacks()[0])) && !(s.Name == "database" && v == "none") {
					p.values = append(p.values, s.Name+"="+v)
				}
			}
			out = append(out, p)
		}
	}
	return out
}

// TestEverySettingIsAParameter: no setting is left out of what is tried together.
func TestEverySettingIsAParameter(t *testing.T) {
	tried := map[string]int{}
	for _, p := range parameters() {
		for _, v := range p.values {
			for set := range strings.FieldsSeq(v) {
				name, _, _ := strings.Cut(set, "=")
				tried[name]++
			}
		}
	}
	for _, s := range templates.Settings() {
		if tried[s.Name] < max(1, len(s.Values)-1) {
			t.Errorf("%s: %d values are tried", s.Name, tried[s.Name])
		}
	}
}

// A row is one value of each parameter, by its index.
type row []int

// settings are what a row chooses.
func (r row) settings(all []parameter) (s *templates.Stack, set []string) {
	s = templates.Stacks()[r[0]]
	for k := 1; k < len(all); k++ {
		if all[k].name != "registry" || r[k] > 0 {
			set = append(set, strings.Fields(all[k].values[r[k]])...)
		}
	}
	return s, set
}

// valid says why a row cannot be chosen.
func (r row) valid(all []parameter) error {
	s, set := r.settings(all)
	o := templates.Defaults(s)
	for _, one := range set {
		name, value, _ := strings.Cut(one, "=")
		if err := o.Set(name, value); err != nil {
			return err
		}
	}
	return o.Validate()
}

// A pair is two values of two parameters.
type pair struct{ p, v, q, w int }

// with returns the nearest row to the defaults that has the pair: at most two other values are changed.
// It is nil where there is none.
func (x pair) with(all []parameter) row {
	r := make(row, len(all))
	r[x.p], r[x.q] = x.v, x.w
	return r.mended(all, []int{x.p, x.q}, 2)
}

// mended changes other values than those held, as few as are needed for a valid row.
func (r row) mended(all []parameter, held []int, changes int) row {
	if r.valid(all) == nil {
		return r
	}
	if changes == 0 {
		return nil
	}
	for depth := range changes {
		for k := range all {
			if k == 0 || slices.Contains(held, k) {
				continue
			}
			for v := 1; v < len(all[k].values); v++ {
				changed := slices.Clone(r)
				changed[k] = v
				if out := changed.mended(all, append(slices.Clone(held), k), depth); out != nil {
					return out
				}
			}
		}
	}
	return nil
}

// covering returns rows in which every pair occurs that can be chosen, and the pairs that cannot.
func covering(all []parameter) (rows []row, refused []pair) {
	open := map[pair]bool{}
	var order []pair
	for p := range all {
		for q := p + 1; q < len(all); q++ {
			for v := range all[p].values {
				for w := range all[q].values {
					x := pair{p, v, q, w}
					open[x], order = true, append(order, x)
				}
			}
		}
	}
	gain := func(r row, k, v int) (n int) {
		for q := range all {
			x := pair{k, v, q, r[q]}
			if q < k {
				x = pair{q, r[q], k, v}
			}
			if q != k && open[x] {
				n++
			}
		}
		return n
	}
	for _, x := range order {
		if !open[x] {
			continue
		}
		r := x.with(all)
		if r == nil {
			refused = append(refused, x)
			delete(open, x)
			continue
		}
		for range 2 { // what fits a value may have come after it
			for k := range all {
				if k == x.p || k == x.q {
					continue
				}
				best, most := r, gain(r, k, r[k])
				for v := range all[k].values {
					changed := slices.Clone(r)
					changed[k] = v
					if n := gain(r, k, v); n > most && changed.valid(all) == nil {
						best, most = changed, n
					}
				}
				r = best
			}
		}
		for p := range all {
			for q := p + 1; q < len(all); q++ {
				delete(open, pair{p, r[p], q, r[q]})
			}
		}
		rows = append(rows, r)
	}
	return rows, refused
}

// TestPairs holds services to what [TestMatrix] does in which every two values of stacks and settings occur
// together. What cannot be chosen together is refused by an error that names one of the two.
func TestPairs(t *testing.T) {
	all := parameters()
	rows, refused := covering(all)
	for _, x := range refused {
		r := make(row, len(all))
		r[x.p], r[x.q] = x.v, x.w
		err := r.valid(all)
		if err == nil || !strings.Contains(err.Error(), all[x.p].name) && !strings.Contains(err.Error(), all[x.q].name) {
			t.Errorf("%s with %s: %v", all[x.p].values[x.v], all[x.q].values[x.w], err)
		}
	}
	t.Logf("%d services, %d pairs are refused", len(rows), len(refused))
	for n, r := range rows {
		s, set := r.settings(all)
		t.Run(fmt.Sprintf("%d-%s", n, s.Name), func(t *testing.T) {
			t.Parallel()
			made := service(t, s, choice{set: set})
			holds(t, made)
			if t.Failed() {
				t.Logf("chosen: %s", strings.Join(set, " "))
			}
			if o := made.Options; o.Database == "" {
				o.Namespace = ""
				app := &templates.Application{Dockerfile: content(t, made, "Dockerfile"), Ignored: n%2 == 0, ReadsPort: n%3 > 0, Checked: true}
				contained, err := templates.Contain(s, &o, app)
				if err != nil {
					t.Fatal(err)
				}
				snap := snapshot(t, contained)
				scan(t, snap, contained)
				loads(t, contained)
				decodes(t, contained)
				restricted(t, snap, contained)
			}
		})
	}
}
