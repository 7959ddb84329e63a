package rules_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	other "go.yaml.in/yaml/v4"
	"golang.org/x/tools/txtar"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

var mutations = flag.Int("mutations", 0, "try so many mutated trees of every case and every file of the corpus, instead of one of some")

// A trial is some files that are fixed by all rules together.
type trial struct {
	name  string
	files map[string][]byte
}

func (x trial) snapshot() *fixer.Snapshot {
	var sources []fixer.Source
	var paths []string
	for _, path := range slices.Sorted(maps.Keys(x.files)) {
		data := x.files[path]
		paths = append(paths, path)
		if !isName(path, data) {
			sources = append(sources, fixer.Source{Path: path, Kind: kindOf(path, data), Data: data})
		}
	}
	return fixer.NewSnapshot(sources, namesOf(paths, nil)...)
}

// mutated returns the trial with one of its files mutated, by one mutation or two,
// as the seed chooses, and what was done.
func (x trial) mutated(seed uint64) (trial, string) {
	r := rand.New(rand.NewPCG(seed, 7))
	all := corpustest.Mutations()
	paths := slices.Sorted(maps.Keys(x.files))
	path := paths[r.IntN(len(paths))]
	data, what := x.files[path], path
	for range 1 + r.IntN(2) {
		m := all[r.IntN(len(all))]
		if r.IntN(4) == 0 {
			m = all[0] // line ends, beside something else
		}
		data, what = m.Do(data, r.Int()), what+", "+m.Name
	}
	y := trial{x.name, maps.Clone(x.files)}
	y.files[path] = data
	return y, what
}

// holdOnMutated fixes the files and checks what must hold of any: what could be
// parsed can be parsed, no comment on a line of its own is lost, line ends stay,
// and what a second YAML reader reads outside of what a fix declares is what it
// read before.
func holdOnMutated(t *testing.T, x trial, all []*fixer.Rule) (changes int) {
	t.Helper()
	snap := x.snapshot()
	s := engine.NewSession(snap, nil, all)
	report := s.Baseline()
	for _, p := range report.Problems {
		t.Errorf("rule %s failed: %s", p.Rule, p.Reason)
	}
	for _, f := range report.Findings {
		for i := range f.Fixes {
			drafted, err := f.Fixes[i].Draft(snap, nil)
			if err != nil {
				continue
			}
			for _, c := range drafted {
				if file := snap.File(c.Path); file != nil && file.YAML != nil && len(c.Edits) > 0 { // else it only stands alone there
					changes++
					holdDraft(t, f.Rule+" "+f.Fixes[i].ID, file, c)
				}
			}
		}
	}
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	for _, c := range s.Plan().Changes {
		if c.Before == nil {
			continue
		}
		changes++
		if f := s.Plan().After.File(c.Path); f.Skip != nil {
			t.Errorf("%s is not read afterwards: %s", c.Path, f.Skip.Reason)
		}
		holdLines(t, c.Path, c.Kind, c.Before, c.After)
		if c.Kind == fixer.Dockerfile || c.Kind.IsLines() {
			continue
		}
		if _, err := otherDocuments(c.After); err != nil {
			if _, was := otherDocuments(c.Before); was == nil {
				t.Errorf("the second reader cannot read %s: %v", c.Path, err)
			}
		}
	}
	return changes
}

// holdDraft checks one fix by itself, with what it declares.
func holdDraft(t *testing.T, what string, file *fixer.File, c fixer.FileChange) {
	t.Helper()
	after, err := text.Apply(file.Data, c.Edits)
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	holdLines(t, what, file.Kind, file.Data, after)
	was, err := otherDocuments(file.Data)
	if err != nil {
		return // it reads less than ours does
	}
	is, err := otherDocuments(after)
	if err != nil {
		t.Errorf("%s: the second reader cannot read the result: %v", what, err)
		return
	}
	if len(is) < len(was) {
		t.Errorf("%s: %d documents were %d", what, len(is), len(was))
		return
	}
	// A comment says nothing to a reader, and quotes matter to readers of older YAML alone.
	if !c.Comment && len(is) == len(was) && !slices.ContainsFunc(was, func(n *other.Node) bool {
		i := slices.Index(was, n)
		return sameOutside(n, is[i], "", nil) != nil || quotes(n) != quotes(is[i])
	}) {
		t.Errorf("%s: the text changes and what it says does not\n%s", what, text.Unified(file.Path, file.Data, after, 3))
	}
	for i, d := range file.YAML.Docs {
		if d.Skipped || d.Root == nil || len(was) != len(file.YAML.Docs) {
			continue // it counts documents in another way
		}
		if err := sameOutside(was[i], is[i], "", c.Paths[i]); err != nil {
			t.Errorf("%s: document %d, as a second reader reads it: %v\n%s", what, i, err, text.Unified(file.Path, file.Data, after, 3))
		}
	}
}

// quotes counts the scalars of a tree that have quotes.
func quotes(n *other.Node) (count int) {
	if n.Kind == other.ScalarNode && n.Style&(other.SingleQuotedStyle|other.DoubleQuotedStyle) != 0 {
		count = 1
	}
	for _, sub := range n.Content {
		count += quotes(sub)
	}
	return count
}

// otherDocuments reads all documents of a stream with a reader that is not the
// one under test.
func otherDocuments(data []byte) ([]*other.Node, error) {
	d := other.NewDecoder(bytes.NewReader(data))
	var out []*other.Node
	for {
		var n other.Node
		err := d.Decode(&n)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, &n)
	}
}

// sameOutside compares two trees but for what lies at the paths.
func sameOutside(a, b *other.Node, at string, except []yamldoc.Path) error {
	for _, p := range except {
		if len(p) == 0 {
			return nil
		}
	}
	if a.Kind == other.DocumentNode && b.Kind == other.DocumentNode && len(a.Content) == 1 && len(b.Content) == 1 {
		return sameOutside(a.Content[0], b.Content[0], at, except)
	}
	if a.Kind != b.Kind || a.ShortTag() != b.ShortTag() || a.Value != b.Value || a.Anchor != b.Anchor {
		return fmt.Errorf("%s was %s %q and is %s %q", at, a.ShortTag(), a.Value, b.ShortTag(), b.Value)
	}
	step := func(match func(yamldoc.Step) bool) (sub []yamldoc.Path, all bool) {
		for _, p := range except {
			if match(p[0]) {
				sub = append(sub, p[1:])
				all = all || len(p) == 1
			}
		}
		return sub, all
	}
	switch a.Kind {
	case other.MappingNode:
		keep := func(n *other.Node) (out [][2]*other.Node) {
			for i := 0; i+1 < len(n.Content); i += 2 {
				if _, all := step(func(s yamldoc.Step) bool { return !s.IsIndex && s.Key == n.Content[i].Value }); !all {
					out = append(out, [2]*other.Node{n.Content[i], n.Content[i+1]})
				}
			}
			return out
		}
		ae, be := keep(a), keep(b)
		if len(ae) != len(be) {
			return fmt.Errorf("%s had %d keys and has %d", at, len(ae), len(be))
		}
		for i := range ae {
			if err := sameOutside(ae[i][0], be[i][0], at+"?", nil); err != nil {
				return err
			}
			sub, _ := step(func(s yamldoc.Step) bool { return !s.IsIndex && s.Key == ae[i][0].Value })
			if err := sameOutside(ae[i][1], be[i][1], at+"."+ae[i][0].Value, sub); err != nil {
				return err
			}
		}
	case other.SequenceNode:
		for i := range max(len(a.Content), len(b.Content)) {
			sub, all := step(func(s yamldoc.Step) bool { return s.IsIndex && s.Index == i })
			if all {
				continue
			}
			if i >= len(a.Content) || i >= len(b.Content) {
				return fmt.Errorf("%s had %d items and has %d", at, len(a.Content), len(b.Content))
			}
			if err := sameOutside(a.Content[i], b.Content[i], fmt.Sprintf("%s[%d]", at, i), sub); err != nil {
				return err
			}
		}
	}
	return nil
}

// holdLines checks the text: line ends, the byte order mark, and the comments that
// have lines of their own.
func holdLines(t *testing.T, what string, kind fixer.Kind, before, after []byte) {
	t.Helper()
	show := func() string { return fmt.Sprintf("%q\n%s", before, text.Unified("f", before, after, 3)) }
	crlf, lf := ends(before)
	crlf2, lf2 := ends(after)
	if crlf == 0 && crlf2 > 0 || lf == 0 && crlf > 0 && lf2 > 0 {
		t.Errorf("%s: %d CRLF and %d LF became %d and %d\n%s", what, crlf, lf, crlf2, lf2, show())
	}
	if bytes.Contains(after, []byte("\r\r")) && !bytes.Contains(before, []byte("\r\r")) {
		t.Errorf("%s: two carriage returns\n%s", what, show())
	}
	if bytes.HasPrefix(before, []byte("\ufeff")) != bytes.HasPrefix(after, []byte("\ufeff")) {
		t.Errorf("%s: the byte order mark came or went", what)
	}
	// Neither an empty file, nor one whose last line is taken out, nor one that was
	// cut within a line end has a habit to keep.
	habit := len(before) > 0 && !bytes.HasPrefix(before, after) && !bytes.HasSuffix(before, []byte("\r"))
	if habit && bytes.HasSuffix(before, []byte("\n")) != bytes.HasSuffix(after, []byte("\n")) {
		t.Errorf("%s: the final newline came or went\n%s", what, show())
	}
	left := map[string]int{}
	for _, c := range ownComments(kind, after) {
		left[c]++
	}
	for _, c := range ownComments(kind, before) {
		if left[c]--; left[c] < 0 {
			t.Errorf("%s: the comment %q is lost\n%s", what, c, show())
		}
	}
}

func ends(data []byte) (crlf, lf int) {
	crlf = bytes.Count(data, []byte("\r\n"))
	return crlf, bytes.Count(data, []byte("\n")) - crlf
}

// ownComments are the lines that hold a comment and nothing else.
func ownComments(kind fixer.Kind, data []byte) []string {
	var file *yamldoc.File
	if kind != fixer.Dockerfile && !kind.IsLines() {
		var err error
		if file, err = yamldoc.Parse(data); err != nil {
			return nil
		}
	}
	var out []string
	at := 0
	for line := range bytes.Lines(data) {
		trimmed := bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\ufeff")))
		if bytes.HasPrefix(trimmed, []byte("#")) {
			if hash := at + bytes.IndexByte(line, '#'); file == nil || !file.InScalar(hash) {
				out = append(out, string(trimmed))
			}
		}
		at += len(line)
	}
	return out
}

// trials are the cases of all rules and, where there is one, the files of the
// corpus, each alone.
func trials(t *testing.T, largest int) []trial {
	t.Helper()
	var out []trial
	for _, r := range rules.All() {
		archive, err := txtar.ParseFile(casesOf(r))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range parseCases(t, archive) {
			out = append(out, trial{r.Name + "/" + c.name, c.files})
		}
	}
	filepath.WalkDir(corpustest.Path(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		base := strings.ToLower(d.Name())
		if !strings.HasPrefix(base, "dockerfile") && !strings.HasSuffix(base, ".yaml") && !strings.HasSuffix(base, ".yml") {
			return nil
		}
		if data, err := os.ReadFile(path); err == nil && len(data) <= largest {
			rel, _ := filepath.Rel(corpustest.Path(), path)
			out = append(out, trial{rel, map[string][]byte{d.Name(): data}})
		}
		return nil
	})
	return out
}

const (
	mutationRounds = 1       // mutated trees of each trial
	mutationSample = 4       // every so many of the trials are tried; all take minutes
	largestMutated = 6 << 10 // of a file of the corpus
)

// TestMutatedFiles mutates what the cases and the corpus hold in every way that
// [corpustest.Mutations] knows, and fixes it.
func TestMutatedFiles(t *testing.T) {
	all, sample, rounds := rules.All(), mutationSample, mutationRounds
	var runs, changes atomic.Int64
	if testing.Short() {
		sample *= 10
	}
	if *mutations > 0 {
		sample, rounds = 1, *mutations
	}
	t.Run("trees", func(t *testing.T) {
		for i, x := range trials(t, largestMutated) {
			if i%sample != 0 {
				continue
			}
			for round := range rounds {
				y, what := x.mutated(uint64(i*1000 + round))
				t.Run(fmt.Sprintf("%s, %s", x.name, what), func(t *testing.T) {
					t.Parallel()
					changes.Add(int64(holdOnMutated(t, y, all)))
					runs.Add(1)
				})
			}
		}
	})
	if t.Logf("%d trees, %d changes", runs.Load(), changes.Load()); changes.Load() < runs.Load()/2 || runs.Load() == 0 {
		t.Error("too few changes: the mutations leave nothing to fix")
	}
}

// FuzzMutated lets the fuzzer choose what is mutated, and how.
func FuzzMutated(f *testing.F) {
	for file := range shop(f).Files() {
		for m := range corpustest.Mutations() {
			f.Add(file.Data, uint8(m), m*13, uint8(m+3), m*31)
		}
	}
	rules, all := rules.All(), corpustest.Mutations()
	f.Fuzz(func(t *testing.T, data []byte, first uint8, at int, second uint8, and int) {
		data = all[int(first)%len(all)].Do(data, at)
		data = all[int(second)%len(all)].Do(data, and)
		if len(data) > largestMutated {
			t.Skip("long inputs only make the fuzzer slow")
		}
		for _, name := range []string{"Dockerfile", "compose.yaml", "f.yaml"} {
			holdOnMutated(t, trial{"fuzz", map[string][]byte{name: data}}, rules)
		}
	})
}
