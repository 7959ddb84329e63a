package fixer

// A Rule is one thing checked. It is a value: its documentation is data, its
// Check a pure function of what the [Pass] shows it.
type Rule struct {
	// Name is the rule's only identity: the kind of file, a slash, and what is
	// wrong or wanted, as in "dockerfile/runs-as-root".
	Name string

	// Title is a short phrase for lists, as in "runs as root".
	Title string

	// Severity is what its findings have unless they say otherwise.
	Severity Severity

	// Kind selects the files Check is called for, one call per file. A rule
	// without a kind looks at files together and is called once per snapshot.
	Kind Kind

	// Late rules describe what the other fixes lead to: theirs are made when no
	// other fix is left to make.
	Late bool

	// Doc is shown by `oakum explain`, the interface and SARIF.
	Doc Doc

	// Check reports findings through pass.Report. It must not keep pass, and
	// must report the same findings in the same order for the same input.
	Check func(pass *Pass)
}

// Doc is a rule's documentation. Every field is required; paragraphs are
// plain text wrapped by whoever shows them.
type Doc struct {
	What       string      // what the rule looks at, and what it leaves alone
	Why        string      // what an attacker gains, or what fails
	Breaks     string      // what can stop working when it is fixed
	Verify     string      // a command or a look that shows the fix works
	Bad        string      // a short example of a finding
	Good       string      // the same example, fixed
	References []Reference // the same concern elsewhere
}

// A Reference names the same concern in a benchmark or another tool.
type Reference struct {
	Source string // "CIS Docker 1.6", "hadolint", "Trivy", …
	ID     string // the id there, as in "DL3002"
	URL    string // where to read it, may be empty
}
