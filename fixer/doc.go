// Package fixer is the contract between rules and everything else: what a
// file and a snapshot are, what a rule sees of them, what it reports, and how
// a fix describes edits.
//
// A rule author needs [Rule], [Pass], [Finding], [Fix] and [Draft]; [Derive]
// and [Share] hold what several rules want to know of one file. Running rules
// and making fixes is the business of fixer/engine.
//
//	var LatestTag = &fixer.Rule{
//		Name: "dockerfile/latest-tag",
//		Kind: fixer.Dockerfile,
//		Check: func(p *fixer.Pass) {
//			for _, s := range p.File.Dockerfile.Stages { … p.Report(fixer.Finding{…}) }
//		},
//	}
//
// # Invariants
//
// A [Snapshot] and its files are immutable. Rules and fixes are pure: the same
// snapshot, facts and parameters give the same findings and the same edits.
// Nothing here reads the disk, the clock or the network, and nothing knows a
// concrete rule.
package fixer
