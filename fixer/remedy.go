package fixer

// A Remedy is what can be done about a finding. Every finding has exactly one, so that
// counts by remedy add up wherever they are shown.
type Remedy int

// The remedies, from the least work for a person.
const (
	SafeFix       Remedy = iota // it has a safe fix
	ReviewFix                   // it has a fix that needs a look
	MissingDigest               // an answer of a registry would give it a fix
	ChosenFix                   // it has a fix that is made only when a person chooses it
	NoFix                       // no automatic fix is known
)

// Remedy returns what can be done about the finding.
func (f *Finding) Remedy() Remedy {
	switch level := f.Level(); {
	case level == Safe:
		return SafeFix
	case level == Review:
		return ReviewFix
	case f.AsksRegistry:
		return MissingDigest
	case len(f.Fixes) > 0:
		return ChosenFix
	}
	return NoFix
}

// String says it behind a number of findings: "3 without an automatic fix".
func (r Remedy) String() string {
	switch r {
	case SafeFix:
		return "with a safe fix"
	case ReviewFix:
		return "with a fix that needs a look"
	case MissingDigest:
		return "waiting for a digest"
	case ChosenFix:
		return "with a fix to decide on"
	}
	return "without an automatic fix"
}

// ByHand are the remedies of findings that no safe or review fix mends.
var ByHand = []Remedy{NoFix, MissingDigest, ChosenFix}
