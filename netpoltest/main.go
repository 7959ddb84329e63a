// Command netpoltest compares oakum's reading of NetworkPolicies with that of np-guard's
// netpol-analyzer: on random clusters, and on directories of manifests that hold
// namespaces, workloads and policies. It is a module of its own because the analyzer
// brings the types of several platforms along, which oakum does not need.
//
// It prints how many connections were compared, and each one on which the two differ,
// and ends with 1 where there is one that it cannot explain.
package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"github.com/oakum-sec/oakum/fixer/netpol/netpoltest"
)

func main() {
	sets := flag.Int("sets", 500, "how many random clusters to compare")
	folders := flag.String("folders", "", "a directory whose directories hold manifests; empty for none")
	seed := flag.Uint64("seed", 1, "of the random clusters")
	shown := flag.Int("show", 5, "how many differences to show in full")
	flag.Parse()
	var t tally
	if err := t.random(*sets, *seed); err != nil {
		fail(err)
	}
	fmt.Printf("random clusters: %s\n", t.line())
	different := t.report(*shown)
	if *folders != "" {
		var t tally
		if err := t.folders(*folders); err != nil {
			fail(err)
		}
		fmt.Printf("directories: %s\n", t.line())
		different = t.report(*shown) || different
	}
	if different {
		os.Exit(1)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "netpoltest:", err)
	os.Exit(2)
}

// A tally counts what was compared.
type tally struct {
	clusters, pairs, ports int
	different              []string // what the two differ on, with the cluster
	skipped                map[string][]string
}

func (t *tally) line() string {
	return fmt.Sprintf("%d clusters, %d pairs of ends, %d of them with some ports: %d differences", t.clusters, t.pairs, t.ports, len(t.different))
}

// report prints differences and what was skipped. It reports whether there are
// differences.
func (t *tally) report(shown int) bool {
	for _, d := range t.different[:min(shown, len(t.different))] {
		fmt.Println(d)
	}
	var reasons []string
	for reason := range t.skipped {
		reasons = append(reasons, reason)
	}
	slices.Sort(reasons)
	for _, reason := range reasons {
		names := t.skipped[reason]
		fmt.Printf("  skipped %d: %s (%s, …)\n", len(names), reason, names[0])
	}
	return len(t.different) > 0
}

func (t *tally) skip(reason, name string) {
	if t.skipped == nil {
		t.skipped = map[string][]string{}
	}
	t.skipped[reason] = append(t.skipped[reason], name)
}

// random compares clusters that are made up. They keep to what the two promise alike: no
// pods of the host's network, which the analyzer treats as others, and IPv4.
func (t *tally) random(sets int, seed uint64) error {
	dir, err := os.MkdirTemp("", "netpoltest")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for i := range sets {
		given := netpoltest.Random(rand.New(rand.NewPCG(seed, uint64(i))), netpoltest.Options{OddNames: true})
		data, err := given.Manifest()
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "all.yaml"), data, 0o600); err != nil {
			return err
		}
		if err := t.compare(fmt.Sprintf("random cluster %d", i), dir, string(data)); err != nil {
			return err
		}
	}
	return nil
}

// folders compares each directory below one.
func (t *tally) folders(root string) error {
	entries, err := os.ReadDir(root)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			if err := t.compare(e.Name(), filepath.Join(root, e.Name()), ""); err != nil {
				return err
			}
		}
	}
	return nil
}
