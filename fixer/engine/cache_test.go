package engine

import (
	"bytes"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// TestUnrelatedComposeFileIsNoReason counts how often a rule looks at a
// Dockerfile: a change in a Compose file that has nothing to do with it must
// not make it look again.
func TestUnrelatedComposeFileIsNoReason(t *testing.T) {
	looks := map[string]*atomic.Int32{"a/Dockerfile": {}, "b/Dockerfile": {}}
	users := &fixer.Rule{Name: "dockerfile/users", Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
		looks[p.File.Path].Add(1)
		p.Topology().Users(p.File.Path)
	}}
	compose := func(user string) []byte {
		return []byte("services:\n  web:\n    build: .\n    user: \"" + user + "\"\n")
	}
	snap := fixer.NewSnapshot([]fixer.Source{
		{Path: "a/Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM x\n")},
		{Path: "b/Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM y\n")},
		{Path: "a/compose.yaml", Kind: fixer.Compose, Data: compose("1")},
		{Path: "b/compose.yaml", Kind: fixer.Compose, Data: compose("1")},
	})
	c := newChecker(nil, []*fixer.Rule{users})
	c.check(snap)
	c.check(snap.With("b/compose.yaml", fixer.Compose, compose("2")))
	if n := looks["a/Dockerfile"].Load(); n != 1 {
		t.Errorf("a/Dockerfile was looked at %d times, want once: only b/compose.yaml changed", n)
	}
	if n := looks["b/Dockerfile"].Load(); n != 2 {
		t.Errorf("b/Dockerfile was looked at %d times, want twice: the service it builds changed", n)
	}
}

// TestFoldsShareWhatTheyLearn counts the looks of a second fold with the same
// decisions: none, because every version of every file was met before.
func TestFoldsShareWhatTheyLearn(t *testing.T) {
	var looks atomic.Int32
	rule := setKey("k/x", &looks)
	s := NewSession(numbered(8), nil, []*fixer.Rule{rule})
	if _, err := s.AcceptAll(fixer.Safe, nil); err != nil {
		t.Fatal(err)
	}
	s.Plan()
	before := looks.Load()
	if got := len(s.FoldFunc()(nil).Changes); got != 8 {
		t.Fatalf("%d files changed, want 8", got)
	}
	if n := looks.Load() - before; n != 0 {
		t.Errorf("a fold with the same decisions looked at files %d times, want never", n)
	}
}

// TestFailuresAreFoundInFewRounds has a fix in every file that fails, beside one
// that does not. How often files are looked at must grow as the number of files
// does, and how often all of them are checked must not grow.
func TestFailuresAreFoundInFewRounds(t *testing.T) {
	for name, fails := range map[string]func(set bool, p *fixer.Pass){
		"the finding stays": func(_ bool, p *fixer.Pass) { reportBad(p) },
		"another opens": func(set bool, p *fixer.Pass) {
			if set {
				p.Report(fixer.Finding{Path: "opened", Severity: fixer.High, End: 1, Message: "opened"})
			} else {
				reportBad(p)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			count := func(n int) (looks, checks int32) {
				var seen, whole atomic.Int32
				bad := &fixer.Rule{Name: "k/bad", Severity: fixer.Low, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
					fails(p.File.YAML.Docs[0].Root.Get("metadata").Get("bad") != nil, p)
				}}
				counts := &fixer.Rule{Name: "k/counts", Severity: fixer.Low, Check: func(*fixer.Pass) { whole.Add(1) }}
				s := NewSession(numbered(n), nil, []*fixer.Rule{bad, setKey("k/good", &seen), counts})
				if _, err := s.AcceptAll(fixer.Safe, nil); err != nil {
					t.Fatal(err)
				}
				plan := s.Plan()
				if plan.Count(Fixed) != n || plan.Count(Blocked) != n {
					t.Fatalf("%d fixed and %d blocked of %d each", plan.Count(Fixed), plan.Count(Blocked), n)
				}
				return seen.Load(), whole.Load()
			}
			looks, checks := count(10)
			moreLooks, moreChecks := count(80)
			if moreLooks > 9*looks {
				t.Errorf("%d looks for 10 files and %d for 80: more than grows with the files", looks, moreLooks)
			}
			if moreChecks > checks {
				t.Errorf("%d checks for 10 files and %d for 80: files are tried one by one", checks, moreChecks)
			}
		})
	}
}

func reportBad(p *fixer.Pass) {
	doc := p.File.YAML.Docs[0]
	p.Report(fixer.Finding{Path: "bad", End: 1, Message: "bad", Fixes: []fixer.Fix{{ID: "f", Title: "t", Level: fixer.Safe,
		Edit: func(d *fixer.Draft) error {
			d.YAML(doc, yamldoc.Set(yamldoc.P("metadata", "bad"), "y"))
			return nil
		}}}})
}

// setKey wants metadata.NAME to be set, and counts its looks.
func setKey(name string, looks *atomic.Int32) *fixer.Rule {
	return &fixer.Rule{Name: name, Severity: fixer.Low, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		looks.Add(1)
		doc := p.File.YAML.Docs[0]
		if !doc.Root.Get("metadata").Get("set").Null() {
			return
		}
		p.Report(fixer.Finding{Path: "set", End: 1, Message: "not set", Fixes: []fixer.Fix{{ID: "f", Title: "set it", Level: fixer.Safe,
			Edit: func(d *fixer.Draft) error {
				d.YAML(doc, yamldoc.Set(yamldoc.P("metadata", "set"), "x"))
				return nil
			}}}})
	}}
}

func numbered(n int) *fixer.Snapshot {
	var sources []fixer.Source
	for i := range n {
		sources = append(sources, fixer.Source{Path: fmt.Sprintf("f%03d.yaml", i), Kind: fixer.Kubernetes,
			Data: fmt.Appendf(nil, "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p%d\nspec:\n  containers: []\n", i)})
	}
	return fixer.NewSnapshot(sources)
}

// TestCacheSharesVersionsAndBatches: equal bytes are one version, and a batch is
// verified once, but not where another decision stands behind it.
func TestCacheSharesVersionsAndBatches(t *testing.T) {
	c := newCache()
	snap := numbered(1)
	src := fixer.Source{Path: "f000.yaml", Kind: fixer.Kubernetes, Data: []byte("apiVersion: v1\nkind: Pod\n")}
	first := c.next(snap, src)
	if again := c.next(snap, src); again != first {
		t.Error("equal bytes were parsed twice")
	}
	finding := &fixer.Finding{Rule: "k/x", File: "f000.yaml", Path: "x"}
	at, made := c.checkpoint(snap, 0), 0
	for _, value := range []string{"1", "1", "2"} {
		id := batchID([]selected{{finding: finding}}, Decisions{finding.Key(): {Verdict: Accept, Params: fixer.Params{"uid": value}}})
		c.batch(at, id, func() *batchResult { made++; return &batchResult{} })
	}
	if made != 2 {
		t.Errorf("%d batches were verified, want 2: the same decision twice, and another value", made)
	}
}

// TestCacheIsBounded puts more into the cache than it may hold.
func TestCacheIsBounded(t *testing.T) {
	c := newCache()
	snap := numbered(1)
	for i := range 8 {
		c.next(snap, fixer.Source{Path: "f000.yaml", Kind: fixer.Kubernetes, Data: large(i)})
	}
	if len(c.versions) == 0 || c.size > maxVersionBytes || c.recent.Len() != len(c.versions) {
		t.Errorf("%d bytes in %d versions, bound %d", c.size, len(c.versions), maxVersionBytes)
	}
}

// TestEvictedVersionsKeepTheirResults: a version that the cache has no room for
// may still be part of the snapshot that a fold works on. It is not looked at
// again in every check, and what is said of it goes when it goes.
func TestEvictedVersionsKeepTheirResults(t *testing.T) {
	var looks atomic.Int32
	c := newChecker(nil, []*fixer.Rule{{Name: "k/look", Kind: fixer.Kubernetes, Check: func(*fixer.Pass) { looks.Add(1) }}})
	snap := numbered(1)
	old := c.cache.next(snap, fixer.Source{Path: "f000.yaml", Kind: fixer.Kubernetes, Data: large(0)})
	next := snap.WithFiles(old)
	c.check(next)
	for i := range 8 {
		c.cache.next(snap, fixer.Source{Path: "f000.yaml", Kind: fixer.Kubernetes, Data: large(i + 1)})
	}
	for _, e := range c.cache.versions {
		if e.Value.(*version).file == old {
			t.Fatal("the version was not evicted, so that this shows nothing")
		}
	}
	c.check(next)
	if n := looks.Load(); n != 1 {
		t.Errorf("looked %d times at one version, want once", n)
	}
	for range 2 * maxResults {
		c.cache.store(old, &fileResult{rules: []*ruleResult{{deps: &fixer.Deps{}}}})
	}
	if n := len(c.cache.known(old)); n != maxResults {
		t.Errorf("%d results are kept with a version, bound %d", n, maxResults)
	}
}

// large returns a file that takes a quarter of what the cache may hold.
func large(i int) []byte {
	return fmt.Appendf(bytes.Repeat([]byte("#"), maxVersionBytes/4), "\napiVersion: v1\nkind: Pod\nmetadata: {name: p%d}\n", i)
}

// TestUnrelatedServiceIsNoReason: a service that a fix added to one Compose file made every
// rule that asks the topology look at every file of the repository again.
func TestUnrelatedServiceIsNoReason(t *testing.T) {
	looks := map[string]*atomic.Int32{"a/Dockerfile": {}, "b/Dockerfile": {}}
	users := &fixer.Rule{Name: "dockerfile/users", Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
		looks[p.File.Path].Add(1)
		p.Topology().Users(p.File.Path)
		p.Topology().ImageBuild("shop/b")
	}}
	snap := fixer.NewSnapshot([]fixer.Source{
		{Path: "a/Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM x\n")},
		{Path: "b/Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM y\n")},
		{Path: "b/compose.yaml", Kind: fixer.Compose, Data: []byte("services:\n  web: {build: .}\n")},
	})
	c := newChecker(nil, []*fixer.Rule{users})
	c.check(snap)
	want := func(step string, a, b int32) {
		t.Helper()
		if x, y := looks["a/Dockerfile"].Load(), looks["b/Dockerfile"].Load(); x != a || y != b {
			t.Errorf("%s: looked %d and %d times, want %d and %d", step, x, y, a, b)
		}
	}
	snap = snap.With("b/compose.yaml", fixer.Compose, []byte("services:\n  web: {build: .}\n  proxy: {image: proxy}\n"))
	c.check(snap)
	want("a service beside the one that b builds", 1, 2)
	snap = snap.With("c/compose.yaml", fixer.Compose, []byte("services:\n  web: {image: c}\n"))
	c.check(snap)
	want("a Compose file elsewhere", 1, 2)
	snap = snap.With("c/compose.yaml", fixer.Compose, []byte("services:\n  web: {build: ../a}\n"))
	c.check(snap)
	want("a service elsewhere that builds a", 2, 2)
	c.check(snap.With("c/compose.yaml", fixer.Compose, []byte("services:\n  web: {build: ../a, image: shop/b}\n")))
	want("an image that both asked about", 3, 3)
}

// TestAnotherImageOfAManifestIsAnotherLink: the links of images by the scheme of their names were
// kept when a fix changed the names, for as long as nothing else that links changed.
func TestAnotherImageOfAManifestIsAnotherLink(t *testing.T) {
	pod := func(image string) []byte {
		return []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: " + image + "}]\n")
	}
	snap := fixer.NewSnapshot([]fixer.Source{
		{Path: "cart/Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM scratch\n")},
		{Path: "orders/Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM scratch\n")},
		{Path: "a.yaml", Kind: fixer.Kubernetes, Data: pod("acme/shop-cart")},
		{Path: "b.yaml", Kind: fixer.Kubernetes, Data: pod("acme/shop-orders")},
	})
	if _, ok := snap.Topology().ImageBuild("acme/shop-cart"); !ok {
		t.Fatal("the names of both images do not link them")
	}
	next := snap.With("b.yaml", fixer.Kubernetes, pod("elsewhere/nginx"))
	_, kept := next.Topology().ImageBuild("acme/shop-cart")
	read := fixer.NewSnapshot([]fixer.Source{
		{Path: "cart/Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM scratch\n")},
		{Path: "orders/Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM scratch\n")},
		{Path: "a.yaml", Kind: fixer.Kubernetes, Data: pod("acme/shop-cart")},
		{Path: "b.yaml", Kind: fixer.Kubernetes, Data: pod("elsewhere/nginx")},
	})
	if _, fresh := read.Topology().ImageBuild("acme/shop-cart"); kept != fresh || fresh {
		t.Errorf("linked %v, and %v where the files are read again", kept, fresh)
	}
}

// TestAnswersThatNameNothingAreDependedOn: a rule that asked for images which nothing built, few
// or many, looks again when one of them is.
func TestAnswersThatNameNothingAreDependedOn(t *testing.T) {
	for _, n := range []int{1, 100} {
		var looks atomic.Int32
		asks := &fixer.Rule{Name: "dockerfile/asks", Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
			looks.Add(1)
			for range 2 {
				for i := range n {
					p.Topology().ImageBuild(fmt.Sprintf("shop/image-%d", i))
				}
			}
		}}
		snap := fixer.NewSnapshot([]fixer.Source{
			{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM x\n")},
			{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte("services:\n  web: {image: web}\n")},
		})
		c := newChecker(nil, []*fixer.Rule{asks})
		c.check(snap)
		c.check(snap.With("compose.yaml", fixer.Compose, []byte("services:\n  web: {image: web}\n  other: {image: other}\n")))
		if got := looks.Load(); got != 1 {
			t.Errorf("%d images: looked %d times before one of them is built", n, got)
		}
		c.check(snap.With("compose.yaml", fixer.Compose, []byte(fmt.Sprintf("services:\n  web: {build: ., image: shop/image-%d}\n", n-1))))
		if got := looks.Load(); got != 2 {
			t.Errorf("%d images: looked %d times when the last of them is built, want twice", n, got)
		}
	}
}
