package connect_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/discover"
)

// TestTruth counts the connections of real repositories against what a person found by
// reading their files (testdata/truth.txt): found, missed and spurious.
//
//	go test ./fixer/connect -run TestTruth -v
//
// A connection that is missed fails it, and so does one that the truth does not know. What
// is known to be spurious is marked there, and counted.
func TestTruth(t *testing.T) {
	dirs := map[string]string{}
	for _, dir := range corpustest.Repositories(t) {
		dirs[filepath.Base(dir)] = dir
	}
	var total count
	for _, r := range readTruth(t) {
		dir := dirs[r.name]
		if dir == "" {
			t.Logf("%s is not in the corpus", r.name)
			continue
		}
		loaded, err := discover.Load(context.Background(), []string{dir}, discover.Options{})
		if err != nil {
			t.Fatal(err)
		}
		g, err := connect.Read(fixer.NewSnapshot(loaded.Sources, loaded.Names...), &fixer.Facts{})
		if err != nil {
			t.Fatal(err)
		}
		c := count{repositories: 1}
		for _, p := range r.parts {
			c.add(p.judge(t, r.name, g))
		}
		t.Logf("%s: %s", r.name, c)
		total.add(c)
	}
	if total.repositories == 0 {
		t.Skip("no repository of the truth is in the corpus")
	}
	t.Logf("%d repositories: %s", total.repositories, total)
}

// A count is what came out for a part of a repository.
type count struct {
	repositories, found, portless, missed, spurious int
	code, codeFound, listed, unlisted               int
}

func (c *count) add(o count) {
	c.repositories += o.repositories
	c.found, c.portless, c.missed, c.spurious = c.found+o.found, c.portless+o.portless, c.missed+o.missed, c.spurious+o.spurious
	c.code, c.codeFound, c.listed, c.unlisted = c.code+o.code, c.codeFound+o.codeFound, c.listed+o.listed, c.unlisted+o.unlisted
}

// String is the figures for people.
func (c count) String() string {
	return fmt.Sprintf("%d found (%d of them without their port), %d missed, %d spurious; %d of %d that no file names; %d hosts that nothing answers to are listed, %d are not",
		c.found, c.portless, c.missed, c.spurious, c.codeFound, c.code, c.listed, c.unlisted)
}

// A trueRepository is what a person found out about one.
type trueRepository struct {
	name  string
	parts []*truePart
}

// A truePart is what starts in a directory or file.
type truePart struct {
	at    string
	edges []trueEdge
	hosts [][2]string // who connects, to which host
}

// A trueEdge is a connection; code says that no file names it, spurious that it is none,
// although the files look like it.
type trueEdge struct {
	from, to       string
	port           int
	code, spurious bool
}

func readTruth(t *testing.T) []trueRepository {
	t.Helper()
	data, err := os.ReadFile("testdata/truth.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []trueRepository
	for i, line := range strings.Split(string(data), "\n") {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		var r *trueRepository
		var p *truePart
		if len(out) > 0 {
			if r = &out[len(out)-1]; len(r.parts) > 0 {
				p = r.parts[len(r.parts)-1]
			}
		}
		switch {
		case words[0] == "repository" && len(words) == 2:
			out = append(out, trueRepository{name: words[1]})
		case words[0] == "in" && len(words) == 2:
			r.parts = append(r.parts, &truePart{at: words[1]})
		case len(words) == 3 && words[1] == "?":
			p.hosts = append(p.hosts, [2]string{words[0], words[2]})
		case len(words) == 3 || len(words) == 4 && (words[3] == "code" || words[3] == "spurious"):
			port, err := strconv.Atoi(words[2])
			if err != nil {
				t.Fatalf("testdata/truth.txt:%d: %v", i+1, err)
			}
			p.edges = append(p.edges, trueEdge{words[0], words[1], port, len(words) == 4 && words[3] == "code", len(words) == 4 && words[3] == "spurious"})
		default:
			t.Fatalf("testdata/truth.txt:%d: %q", i+1, line)
		}
	}
	return out
}

// holds reports whether a node is written in the part.
func (p *truePart) holds(n *connect.Node) bool {
	for _, at := range n.Places {
		if at.File == p.at || strings.HasPrefix(at.File, p.at+"/") {
			return true
		}
	}
	return false
}

// judge compares the part with what a graph has of it.
func (p *truePart) judge(t *testing.T, repository string, g *connect.Graph) (c count) {
	t.Helper()
	seen := make([]int, len(p.edges)) // 0 missed, 1 without its port, 2 found
	for _, e := range g.Edges {
		from, to := g.Node(e.From), g.Node(e.To)
		if e.Route != "" || from == nil || to == nil || !p.holds(from) || to.Kind != connect.Service && to.Kind != connect.Workload {
			continue
		}
		known := false
		for i, want := range p.edges {
			if want.from == from.Name && want.to == to.Name && (want.port == e.Port || want.port == 0 || e.Port == 0) {
				known = true
				if seen[i] = 2; e.Port == 0 && want.port != 0 {
					seen[i] = 1
				}
			}
		}
		if !known {
			t.Errorf("%s: spurious: %s → %s:%d (%s)", repository, from.Name, to.Name, e.Port, e.Evidence[0])
		}
	}
	for i, e := range p.edges {
		switch found := seen[i] > 0; {
		case e.spurious:
			if found {
				c.spurious++
			} else {
				t.Errorf("%s: %s → %s:%d is not found any more: it need not be marked", repository, e.from, e.to, e.port)
			}
		case e.code:
			if c.code++; found {
				c.codeFound++
			}
		case found:
			if c.found++; seen[i] == 1 {
				c.portless++
				t.Logf("%s: without its port: %s → %s:%d", repository, e.from, e.to, e.port)
			}
		default:
			c.missed++
			t.Errorf("%s: missed: %s → %s:%d", repository, e.from, e.to, e.port)
		}
	}
	for _, h := range p.hosts {
		if p.lists(g, h[0], h[1]) {
			c.listed++
		} else {
			c.unlisted++
			t.Errorf("%s: not listed: %s → %s", repository, h[0], h[1])
		}
	}
	return c
}

// lists reports whether a graph says that a node connects to a host that nothing answers to.
func (p *truePart) lists(g *connect.Graph, from, host string) bool {
	for _, u := range g.Unresolved {
		if n := g.Node(u.From); n != nil && n.Name == from && p.holds(n) && u.Host == host {
			return true
		}
	}
	for _, e := range g.Edges {
		if n, to := g.Node(e.From), g.Node(e.To); n != nil && to != nil && n.Name == from && p.holds(n) && to.Kind == connect.External && to.Name == host {
			return true
		}
	}
	return false
}
