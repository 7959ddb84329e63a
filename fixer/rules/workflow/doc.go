// Package workflow holds the rules for what a CI platform runs: workflows and
// actions of GitHub, pipelines of GitLab. One rule is one file, its page beside
// it.
//
// # Invariants
//
// Nothing is concluded from expressions: a name with ${{ … }} or $VARIABLE is
// not reported. The commit behind a tag is never guessed: it is known where the
// repository has it, and otherwise a person looks it up.
package workflow
