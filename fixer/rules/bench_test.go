package rules_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// benchSources reads a repository to measure with: a large real one where the
// corpus is here, else the shop.
func benchSources(b *testing.B) []fixer.Source {
	b.Helper()
	root := filepath.Join(corpus, "GoogleCloudPlatform__bank-of-anthos")
	if _, err := os.Stat(root); err != nil {
		root = filepath.Join("..", "..", "testdata", "repos", "shop")
	}
	ws, err := discover.Load(context.Background(), []string{root}, discover.Options{})
	if err != nil {
		b.Fatal(err)
	}
	size := 0
	for _, s := range ws.Sources {
		size += len(s.Data)
	}
	b.SetBytes(int64(size))
	return ws.Sources
}

// BenchmarkParse is what the others are held against: reading the same bytes
// into documents and nothing else.
func BenchmarkParse(b *testing.B) {
	sources := benchSources(b)
	for b.Loop() {
		fixer.NewSnapshot(sources)
	}
}

// BenchmarkScan parses and checks.
func BenchmarkScan(b *testing.B) {
	sources := benchSources(b)
	for b.Loop() {
		engine.Check(fixer.NewSnapshot(sources), nil, rules.All())
	}
}

// BenchmarkDockerfiles checks every Dockerfile of the corpus, or of the shop,
// against every rule; parsing is not measured.
func BenchmarkDockerfiles(b *testing.B) {
	root := corpus
	if _, err := os.Stat(root); err != nil {
		root = filepath.Join("..", "..", "testdata", "repos", "shop")
	}
	ws, err := discover.Load(context.Background(), []string{root}, discover.Options{})
	if err != nil {
		b.Fatal(err)
	}
	sources := slices.DeleteFunc(ws.Sources, func(s fixer.Source) bool { return s.Kind != fixer.Dockerfile })
	for b.Loop() {
		b.StopTimer()
		snap := fixer.NewSnapshot(sources)
		b.StartTimer()
		engine.Check(snap, nil, rules.All())
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N*len(sources)), "ms/file")
}

// BenchmarkFixSafe and BenchmarkFixReview parse, check, fold and verify.
func BenchmarkFixSafe(b *testing.B)   { benchmarkFix(b, fixer.Safe) }
func BenchmarkFixReview(b *testing.B) { benchmarkFix(b, fixer.Review) }

func benchmarkFix(b *testing.B, level fixer.Level) {
	sources := benchSources(b)
	for b.Loop() {
		s := engine.NewSession(fixer.NewSnapshot(sources), nil, rules.All())
		if _, err := s.AcceptAll(level, nil); err != nil {
			b.Fatal(err)
		}
		s.Plan()
	}
}
