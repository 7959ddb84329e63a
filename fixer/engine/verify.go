package engine

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/dockerfile/buildkit"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// verifyFile checks that a change altered only what it declared: the new bytes parse, data
// outside the declared paths is what it was, no key is there twice, and for a
// Dockerfile BuildKit reports nothing new and the runtime contract differs
// only where the fix says so.
func verifyFile(before, after *fixer.File, c *fixer.FileChange) error {
	if after.Kind == fixer.Kustomize && before != nil {
		return verifyKustomization(before, after, c)
	}
	if after.Skip != nil {
		return fmt.Errorf("after the edit the file %s", after.Skip.Reason)
	}
	if after.Kind == fixer.Dockerignore {
		return verifyIgnore(before, after, c)
	}
	if before == nil {
		return nil // a new file; what is in it is checked as any other
	}
	switch {
	case after.YAML != nil:
		if err := verifyYAML(before.YAML, after.YAML, c); err != nil {
			return err
		}
		return verifyEmbedded(before.Embedded(), after.Embedded(), c)
	case after.Dockerfile != nil:
		return verifyDockerfile(before, after, c)
	case after.Kind == fixer.Project && len(c.Settings) > 0:
		for _, verify := range c.Settings {
			if err := verify(before.Data, after.Data); err != nil {
				return err
			}
		}
		return nil
	case after.Kind.IsLines():
		return verifyPrefix(before, after)
	}
	return errors.New("edits of this kind of file cannot be verified")
}

// verifyIgnore checks that a change of an ignore file adds the patterns it
// declared after everything that was there.
func verifyIgnore(before, after *fixer.File, c *fixer.FileChange) error {
	var want []string
	if before != nil {
		if err := verifyPrefix(before, after); err != nil {
			return err
		}
		want = before.Ignore.Patterns()
	}
	added, err := buildcontext.ParseIgnore([]byte(strings.Join(c.Patterns, "\n")))
	if err != nil {
		return err
	}
	if !slices.Equal(slices.Concat(want, added.Patterns()), after.Ignore.Patterns()) {
		return errors.New("the edit would exclude other files")
	}
	return nil
}

// verifyKustomization checks that a change of a kustomization alters only the list that
// it declared. Such files are parsed for nothing else.
func verifyKustomization(before, after *fixer.File, c *fixer.FileChange) error {
	was, err := yamldoc.Parse(before.Data)
	if err != nil {
		return err
	}
	is, err := yamldoc.Parse(after.Data)
	if err != nil {
		return fmt.Errorf("after the edit the file cannot be parsed: %w", err)
	}
	return verifyYAML(was, is, c)
}

// verifyPrefix checks that a change adds to what is in a file, and leaves that alone.
func verifyPrefix(before, after *fixer.File) error {
	if !bytes.HasPrefix(after.Data, before.Data) {
		return errors.New("the edit would change what is in the file")
	}
	return nil
}

func verifyYAML(before, after *yamldoc.File, c *fixer.FileChange) error {
	if len(before.Docs)+len(c.Documents) != len(after.Docs) {
		return fmt.Errorf("the edit would change the number of documents from %d to %d", len(before.Docs), len(after.Docs))
	}
	kept := *after
	kept.Docs = after.Docs[:len(before.Docs)] // new ones come after them, and are checked as a new file is
	for i := range before.Docs {
		if err := equalDocument(before, &kept, i, c); err != nil {
			return fmt.Errorf("the edit would change something else: %w", err)
		}
		if n, m := len(before.Docs[i].Duplicates), len(after.Docs[i].Duplicates); m > n {
			return errors.New("the edit would write a key twice")
		}
	}
	return nil
}

// equalDocument compares one document. Documents that were not read are compared by
// their bytes.
func equalDocument(before, after *yamldoc.File, i int, c *fixer.FileChange) error {
	a, b := before.Docs[i], after.Docs[i]
	switch {
	case a.Skipped && b.Skipped:
		if !bytes.Equal(before.Source[a.Start:a.End], after.Source[b.Start:b.End]) {
			return fmt.Errorf("document %d", i+1)
		}
		return nil
	case c.Comment:
		return yamldoc.EqualData(before, after, i)
	}
	return yamldoc.Equal(before, after, i, c.Paths[i])
}

func verifyDockerfile(before, after *fixer.File, c *fixer.FileChange) error {
	for _, d := range dockerfile.Diff(before.Dockerfile, after.Dockerfile) {
		if !slices.Contains(c.Contract, d.Field) {
			return fmt.Errorf("the edit would change %s of %s, from %q to %q", d.Field, stageName(d.Stage), d.Before, d.After)
		}
	}
	if c.Comment {
		return nil
	}
	return verifyBuildKit(before, after)
}

// verifyEmbedded holds the Dockerfiles in a Compose file to the same.
func verifyEmbedded(before, after []*fixer.Embedded, c *fixer.FileChange) error {
	if len(before) != len(after) {
		return errors.New("the edit would change which Dockerfiles the file contains")
	}
	for i := range before {
		if bytes.Equal(before[i].Text(), after[i].Text()) {
			continue
		}
		if err := verifyDockerfile(before[i].File, after[i].File, c); err != nil {
			return err
		}
	}
	return nil
}

func stageName(s string) string {
	if s == "" {
		return "the final stage"
	}
	return "stage " + s
}

// verifyBuildKit compares BuildKit's checks before and after. A file that BuildKit
// could not check before is not compared.
func verifyBuildKit(before, after *fixer.File) error {
	was, err := before.BuildKit()
	if err != nil || was.Failure != nil {
		return nil
	}
	is, err := after.BuildKit()
	if err != nil {
		return fmt.Errorf("BuildKit rejects the result: %s", strings.TrimSuffix(err.Error(), "."))
	}
	worse := buildkit.New(was, is)
	if n := len(worse); n > 0 && worse[n-1].Rule == buildkit.Failed {
		return fmt.Errorf("BuildKit cannot build the result: %s", strings.TrimSuffix(worse[n-1].Message, "."))
	}
	for _, w := range worse {
		return fmt.Errorf("BuildKit's check %s would report: %s", w.Rule, w.Message)
	}
	return nil
}

// verifyFindings checks that a batch serves its purpose: each finding it is to fix
// is gone, and nothing has come up that is as severe as the least of them, but for
// what only follows from fixes. What parts of the batch were found to open, and may,
// is in opened.
func (f *folding) verifyFindings(after *Report, batch []selected, opened map[fixer.Key]bool) error {
	before, known := f.report, remember(batch, f.report)
	least := fixer.Critical
	for _, t := range batch {
		if after.Finding(t.finding.Key()) != nil {
			return errNotGone
		}
		least = min(least, t.finding.Severity)
	}
	for _, came := range after.Findings {
		if k := came.Key(); came.Severity >= least && before.Finding(k) == nil && !opened[k] && !f.checker.follows[came.Rule] && !known.has(came) {
			return opensError(came)
		}
	}
	for _, p := range after.Problems {
		if !slices.Contains(before.Problems, p) {
			return failsError(p)
		}
	}
	return nil
}

func opensError(f *fixer.Finding) error {
	return fmt.Errorf("the fix would cause another finding: %s, %s", f.Rule, f.Message)
}

func failsError(p Problem) error {
	return fmt.Errorf("rule %s fails on the result: %s", p.Rule, p.Reason)
}
