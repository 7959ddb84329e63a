//go:build e2e

package rules_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/isolation"
)

// TestAPIServerTakesEveryShape submits the policies that are written for manifests with
// rules of every shape (fixer/isolation, TestShapes says which these are), in every way in
// which hosts outside can be allowed, and then those of every set of the corpus.
//
// OAKUM_CRDS may name a directory of custom resource definitions: those of network plugins
// are then made first, and policies of their kinds have to be taken, too.
func TestAPIServerTakesEveryShape(t *testing.T) {
	s := startAPIServer(t)
	s.define(t, os.Getenv("OAKUM_CRDS"))
	j := &judge{server: s}
	var kinds, asked, withoutKind = map[string]int{}, 0, map[string]int{}
	submit := func(name string, files []isolation.File) {
		for _, f := range files {
			for _, g := range j.document(t, f.Content()) {
				kind, _, _ := strings.Cut(g.id, "/")
				switch {
				case g.unknown && kind == "NetworkPolicy" && strings.Contains(f.Content(), "projectcalico.org/v3"), g.unknown && kind != "NetworkPolicy":
					withoutKind[kind]++
				case g.unknown || len(g.faults) > 0:
					t.Errorf("%s: %s: %s: unknown kind %t, %v", name, f.Path(), g.id, g.unknown, g.faults)
				default:
					kinds[kind]++
				}
				asked++
			}
		}
	}
	data, err := os.ReadFile("../isolation/testdata/shapes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	snap := fixer.NewSnapshot([]fixer.Source{{Path: "k8s/shop.yaml", Kind: fixer.Kubernetes, Data: data}})
	options := []isolation.Options{{Controller: "ingress-nginx", Monitoring: "monitoring"}, {Monitoring: "monitoring"}}
	for _, e := range isolation.Externals {
		for _, dns := range []netip.Addr{{}, netip.MustParseAddr("169.254.20.10"), netip.MustParseAddr("fd00::10")} {
			options = append(options, isolation.Options{Controller: "ingress-nginx", Monitoring: "monitoring", Egress: true, External: e, NodeLocalDNS: dns})
		}
	}
	plans(t, snap, func(p *isolation.Plan) {
		for _, o := range options {
			files, err := p.Write(o)
			if err != nil {
				t.Errorf("%s: %+v: %v", p.Set, o, err)
			}
			submit("shapes", files)
		}
	})
	if kinds["NetworkPolicy"] < 100 {
		t.Errorf("only %d policies were submitted", kinds["NetworkPolicy"])
	}
	t.Logf("shapes: taken %v, no such kind here %v", kinds, withoutKind)
	for _, dir := range corpustest.Repositories(t) {
		loaded, err := discover.Load(t.Context(), []string{dir}, discover.Options{})
		if err != nil {
			t.Fatal(err)
		}
		plans(t, fixer.NewSnapshot(loaded.Sources, loaded.Names...), func(p *isolation.Plan) {
			for _, o := range options[:3] {
				if files, err := p.Write(o); err == nil {
					submit(filepath.Base(dir), files)
				}
			}
		})
	}
	t.Logf("with the corpus: taken %v, no such kind here %v, of %d", kinds, withoutKind, asked)
}

// plans calls do with the plan of every set of a snapshot.
func plans(t *testing.T, snap *fixer.Snapshot, do func(*isolation.Plan)) {
	t.Helper()
	g, err := connect.Read(snap, &fixer.Facts{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range isolation.Sets(snap, g) {
		do(s.Plan(g))
	}
}

// define makes the kinds that a directory of custom resource definitions describes, and waits
// until the API server has them.
func (s *apiServer) define(t *testing.T, dir string) {
	t.Helper()
	if dir == "" {
		return
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("OAKUM_CRDS: no definitions in %s: %v", dir, err)
	}
	for _, at := range files {
		data, err := os.ReadFile(at)
		if err != nil {
			t.Fatal(err)
		}
		body, err := yaml.YAMLToJSON(data)
		if err != nil {
			t.Fatal(err)
		}
		code, answer, err := s.send(t.Context(), http.MethodPost, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", body)
		if err != nil || code != http.StatusCreated {
			t.Fatalf("%s: %d %.300s %v", at, code, answer, err)
		}
		var made struct {
			Metadata struct{ Name string }
		}
		if err := json.Unmarshal(answer, &made); err != nil {
			t.Fatal(err)
		}
		s.established(t, made.Metadata.Name)
	}
	s.learn(t)
}

func (s *apiServer) established(t *testing.T, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), readyWithin)
	defer cancel()
	for {
		_, answer, err := s.send(ctx, http.MethodGet, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"+name, nil)
		if err != nil {
			t.Fatal(err)
		}
		if established(answer) {
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// established reports whether a definition has come into force.
func established(answer []byte) bool {
	var d struct {
		Status struct {
			Conditions []struct{ Type, Status string }
		}
	}
	if json.Unmarshal(answer, &d) != nil {
		return false
	}
	for _, c := range d.Status.Conditions {
		if c.Type == "Established" {
			return c.Status == "True"
		}
	}
	return false
}
