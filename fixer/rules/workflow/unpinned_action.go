package workflow

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/updates"
	"github.com/oakum-sec/oakum/fixer/workflow"
)

//go:embed unpinned_action.md
var unpinnedActionDoc string

// UnpinnedAction reports actions and reusable workflows that are not pinned to a
// commit, and commits of which nobody says which version they are.
var UnpinnedAction = &fixer.Rule{
	Name:     "workflow/unpinned-action",
	Title:    "action not pinned to a commit",
	Severity: fixer.Medium,
	Kind:     fixer.Workflow,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.Scorecard, ID: "Pinned-Dependencies"},
		{Source: fixer.Zizmor, ID: "unpinned-uses"},
		{Source: fixer.KICSCICD, ID: "555ab8f9-2001-455e-a077-f2d0f41e2fb9", Title: "Unpinned Actions Full Length Commit SHA"},
		{Source: fixer.Semgrep, ID: "third-party-action-not-pinned-to-commit-sha",
			Link: "https://semgrep.dev/r/yaml.github-actions.security.third-party-action-not-pinned-to-commit-sha.third-party-action-not-pinned-to-commit-sha"},
		{Source: fixer.CWE, ID: "CWE-829"},
		{Source: fixer.CVE, ID: "CVE-2025-30066"},
		{Source: fixer.CVE, ID: "CVE-2026-33634"},
	},
	Doc: unpinnedActionDoc,
	Check: func(p *fixer.Pass) {
		for _, u := range p.File.Workflow.Uses {
			switch {
			case u.Local() || u.ByTag():
			case !u.Pinned():
				reportUnpinned(p, u)
			case u.Version() == "":
				reportUnversioned(p, u)
			}
		}
	},
}

// firstParty are the owners whose actions GitHub itself publishes.
var firstParty = map[string]bool{"actions": true, "github": true}

var (
	tagPattern   = regexp.MustCompile(`^v?\d`)
	shortPattern = regexp.MustCompile(`^[0-9a-f]{7,39}$`)
	branches     = map[string]bool{"main": true, "master": true, "develop": true, "dev": true, "trunk": true, "head": true, "nightly": true}
)

func reportUnpinned(p *fixer.Pass, u *workflow.Use) {
	name := u.Target() + "@" + u.Ref
	if u.Reusable() {
		name = "The reusable workflow " + name
	}
	f := fixer.Finding{Path: u.Path.String(), Start: u.Node.Start, End: u.Node.End}
	branch := branches[strings.ToLower(u.Ref)]
	switch {
	case branch:
		f.Message = name + " is not pinned to a commit; every push to this branch runs here"
	case shortPattern.MatchString(u.Ref) && strings.ContainsAny(u.Ref, "abcdef") && !tagPattern.MatchString(u.Ref):
		f.Message = name + " is an abbreviated commit, which GitHub does not accept as a version"
	case tagPattern.MatchString(u.Ref):
		f.Message = name + " is not pinned to a commit; the tag can point to different code tomorrow"
	default:
		f.Message = name + " is not pinned to a commit; the tag or branch can point to different code tomorrow"
	}
	own := ownerOf(p.Facts.Source)
	switch {
	case firstParty[strings.ToLower(u.Owner)]:
		f.Severity = fixer.Low
		f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromPlatform, Source: "GitHub", Text: "GitHub itself publishes " + u.Repository()})
	case own != "" && strings.EqualFold(u.Owner, own):
		f.Severity = fixer.Low
		f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromRepository, Source: "git", Text: u.Owner + " owns this repository, too"})
	case branch:
		f.Severity = fixer.High
	}
	f.Advice = commitAdvice(u)
	known, others := commitsOf(p, u)
	if known != nil {
		f.Evidence = append(f.Evidence, known.evidence(u))
		f.Fixes = []fixer.Fix{pinFix(p, u, known)}
		if keeper, ok := updates.Keeps(p, p.File.Path, updates.Action); ok {
			f.Evidence = append(f.Evidence, keeper.Evidence())
		}
	}
	for _, o := range others {
		f.Evidence = append(f.Evidence, o.evidence(u))
	}
	p.Report(f)
}

// ownerOf returns the owner of the repository at an address of GitHub, else "".
func ownerOf(source string) string {
	rest, ok := strings.CutPrefix(source, "https://github.com/")
	owner, _, _ := strings.Cut(rest, "/")
	if !ok {
		return ""
	}
	return owner
}

// commitAdvice gives the command that prints the commit, and what to write.
func commitAdvice(u *workflow.Use) string {
	address := text.ShellWord("https://github.com/" + u.Repository())
	if !tagPattern.MatchString(u.Ref) {
		return fmt.Sprintf("Choose a release and pin it: uses: %s@COMMIT # VERSION (`git ls-remote --tags %s` lists the releases with their commits; of a tag listed twice, use the line with ^{}). "+
			"Without releases, pin the newest commit, which `git ls-remote %s %s` prints", u.Target(), address, address, text.ShellWord("refs/heads/"+u.Ref))
	}
	tag := "refs/tags/" + u.Ref
	return fmt.Sprintf("Pin it: uses: %s@COMMIT # %s (get the commit with `git ls-remote %s %s %s`; of two lines, use the one with ^{})",
		u.Target(), u.Ref, address, text.ShellWord(tag), text.ShellWord(tag+"^{}"))
}

// reportUnversioned is about a commit without a version: the next person, and some
// bots, cannot tell how old it is.
func reportUnversioned(p *fixer.Pass, u *workflow.Use) {
	f := fixer.Finding{
		Path: u.Path.String(), Start: u.Node.Start, End: u.Node.End, Severity: fixer.Low,
		Message: fmt.Sprintf("%s is pinned to a commit, and no comment names its version", u.Target()),
		Advice: fmt.Sprintf("Add the version as a comment: uses: %s@%s # VERSION (`git ls-remote --tags %s | grep %s` prints the tag). Without releases, name the branch and the date",
			u.Target(), u.Ref, text.ShellWord("https://github.com/"+u.Repository()), u.Ref),
	}
	if known := versionOf(p, u); known != nil {
		f.Evidence = []fixer.Evidence{known.evidence(u)}
		f.Fixes = []fixer.Fix{versionFix(p, u, known)}
	}
	p.Report(f)
}
