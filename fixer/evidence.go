package fixer

import (
	"cmp"

	"github.com/oakum-sec/oakum/fixer/image"
)

// An EvidenceKind says where a fact comes from.
type EvidenceKind string

// The kinds of evidence.
const (
	FromTable      EvidenceKind = "table"      // the image table that is part of oakum
	FromRegistry   EvidenceKind = "registry"   // the configuration of the image, as its registry reported it
	FromDockerfile EvidenceKind = "dockerfile" // a Dockerfile of the repository
	FromCompose    EvidenceKind = "compose"    // a Compose file of the repository
	FromManifest   EvidenceKind = "manifest"   // a Kubernetes manifest of the repository
	FromWorkflow   EvidenceKind = "workflow"   // a workflow, action or pipeline of the repository
	FromRepository EvidenceKind = "repository" // other files of the repository, their names, and git
	FromEvaluator  EvidenceKind = "evaluator"  // the evaluator of the Pod Security Standards
	FromPlatform   EvidenceKind = "platform"   // how Docker, Kubernetes or a component of theirs works
	FromNothing    EvidenceKind = "nothing"    // that nothing is known, and why
)

// Evidence is one fact that a level depends on, with where it comes from.
type Evidence struct {
	Kind EvidenceKind

	// Source names who says so where the kind leaves it open: "Kubernetes",
	// "Pod Security v1.34", "git".
	Source string

	// Place is where it is written: a file, mostly with the line, as in
	// "Dockerfile:12"; "" for a fact that no file of the repository holds.
	Place string

	Text string // the fact, in words
}

// Origin returns where the fact comes from, for people: its place, else its
// source, else what its kind is called; "" when nothing is known.
func (e Evidence) Origin() string {
	return cmp.Or(e.Place, e.Source, map[EvidenceKind]string{
		FromTable: "image table", FromRegistry: "registry", FromManifest: "manifest",
	}[e.Kind])
}

// String is the fact with its origin in front, on one line: "registry: …".
func (e Evidence) String() string {
	if origin := e.Origin(); origin != "" {
		return origin + ": " + e.Text
	}
	return e.Text
}

// ImageEvidence returns what is known of an image as evidence.
func ImageEvidence(s image.Statement) Evidence {
	kind := FromTable
	if s.Registry {
		kind = FromRegistry
	}
	return Evidence{Kind: kind, Text: s.Text}
}
