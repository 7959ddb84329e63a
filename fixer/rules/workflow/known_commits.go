package workflow

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/workflow"
)

// A knownCommit is a pin of the repository with the version that its comment names.
type knownCommit struct {
	commit, version string
	file            string
	line            int
}

func (k knownCommit) evidence(u *workflow.Use) fixer.Evidence {
	return fixer.Evidence{Kind: fixer.FromRepository, Place: fmt.Sprintf("%s:%d", k.file, k.line), Text: fmt.Sprintf("Pins %s to %s and names it %s", u.Repository(), k.commit, k.version)}
}

// knownCommits are all such pins, by repository in lower case.
var knownCommits = fixer.NewIndex(
	func(f *fixer.File) bool {
		return f.Workflow != nil && slices.ContainsFunc(f.Workflow.Uses, func(u *workflow.Use) bool { return u.Pinned() && u.Version() != "" })
	},
	func(files []*fixer.File) map[string][]knownCommit {
		out := map[string][]knownCommit{}
		for _, f := range files {
			for _, u := range f.Workflow.Uses {
				if u.Pinned() && u.Version() != "" {
					key := strings.ToLower(u.Repository())
					out[key] = append(out[key], knownCommit{strings.ToLower(u.Ref), u.Version(), f.Path, u.Node.Line})
				}
			}
		}
		return out
	})

// commitsOf returns the commit that the repository has for the version that is
// used: of several versions the newest. Where it has two commits for one version,
// there is no telling which one is right, and both are returned as others.
func commitsOf(p *fixer.Pass, u *workflow.Use) (known *knownCommit, others []knownCommit) {
	var fit []knownCommit
	for _, k := range knownCommits.Of(p)[strings.ToLower(u.Repository())] {
		if within(u.Ref, k.version) && !slices.ContainsFunc(fit, func(o knownCommit) bool { return o.commit == k.commit && o.version == k.version }) {
			fit = append(fit, k)
		}
	}
	if len(fit) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(fit, func(a, b knownCommit) int { return compareVersions(b.version, a.version) })
	same := fit[:1]
	for _, k := range fit[1:] {
		if compareVersions(k.version, fit[0].version) == 0 && k.commit != fit[0].commit {
			same = append(same, k)
		}
	}
	if len(same) > 1 {
		return nil, same
	}
	return &fit[0], nil
}

// versionOf returns a pin of the same commit that names the version.
func versionOf(p *fixer.Pass, u *workflow.Use) *knownCommit {
	for _, k := range knownCommits.Of(p)[strings.ToLower(u.Repository())] {
		if k.commit == strings.ToLower(u.Ref) {
			return &k
		}
	}
	return nil
}

// within reports whether a version is one of those that a tag stands for: v4.2.1 is
// within v4.
func within(tag, version string) bool {
	tag, version = strings.TrimPrefix(tag, "v"), strings.TrimPrefix(version, "v")
	return tag == version || strings.HasPrefix(version, tag+".") && tagPattern.MatchString(tag)
}

// compareVersions compares by numbers, a version before its pre-releases.
func compareVersions(a, b string) int {
	a, aPre, _ := strings.Cut(strings.TrimPrefix(a, "v"), "-")
	b, bPre, _ := strings.Cut(strings.TrimPrefix(b, "v"), "-")
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		an, _ := strconv.Atoi(as[i])
		bn, _ := strconv.Atoi(bs[i])
		if c := cmp.Compare(an, bn); c != 0 {
			return c
		}
	}
	if c := cmp.Compare(len(as), len(bs)); c != 0 {
		return c
	}
	if (aPre == "") != (bPre == "") {
		return cmp.Compare(len(bPre), len(aPre))
	}
	return strings.Compare(aPre, bPre)
}

// pinFix writes the commit and, as a comment, the version.
func pinFix(p *fixer.Pass, u *workflow.Use, known *knownCommit) fixer.Fix {
	edits, err := pinEdits(p.File.Data, u, known.commit, known.version)
	doc, path := u.Doc, u.Path
	tag := text.ShellWord("refs/tags/" + known.version)
	return fixer.Fix{
		ID: "commit", Title: fmt.Sprintf("Pin %s to %s (%s)", u.Target(), known.commit[:7], known.version), Level: fixer.Review,
		Breaks: fmt.Sprintf("The step stays at %s: fixes that come with a newer %s do not arrive until the commit is updated", known.version, u.Ref),
		Verify: fmt.Sprintf("git ls-remote %s %s %s\nprints %s", text.ShellWord("https://github.com/"+u.Repository()), tag, text.ShellWord("refs/tags/"+known.version+"^{}"), known.commit),
		Edit: func(d *fixer.Draft) error {
			if err != nil {
				return err
			}
			d.At(d.File).Text(doc, edits, path)
			return nil
		},
	}
}

// versionFix writes the version of a commit as a comment.
func versionFix(p *fixer.Pass, u *workflow.Use, known *knownCommit) fixer.Fix {
	edits := remark(p.File.Data, u, known.version)
	return fixer.Fix{
		ID: "version", Title: "Add the comment # " + known.version, Level: fixer.Safe,
		Edit: func(d *fixer.Draft) error {
			d.Comment(edits)
			return nil
		},
	}
}

// pinEdits replaces the version of a use by a commit, and names it in the comment at
// the end of the line.
func pinEdits(src []byte, u *workflow.Use, commit, version string) ([]text.Edit, error) {
	raw := string(src[u.Node.Start:u.Node.End])
	at := strings.LastIndex(raw, "@"+u.Ref)
	if at < 0 || strings.Count(raw, "@") != 1 || strings.ContainsAny(raw, "\n\\") {
		return nil, fixer.Refuse("the value is written in a way that is not edited: %q", raw)
	}
	start := u.Node.Start + at + 1
	edits := []text.Edit{{Start: start, End: start + len(u.Ref), New: commit}}
	for _, e := range remark(src, u, version) {
		if e.Start == edits[0].End { // edits must not meet
			edits[0].New += e.New
			continue
		}
		edits = append(edits, e)
	}
	return edits, nil
}

// remark names a version in the comment at the end of a use's line: in place of the
// version that it names, or before what it says.
func remark(src []byte, u *workflow.Use, version string) []text.Edit {
	if u.CommentEnd == 0 {
		end := u.Node.End
		for end < len(src) && src[end] != '\n' && src[end] != '\r' {
			end++
		}
		for end > u.Node.End && (src[end-1] == ' ' || src[end-1] == '\t') {
			end--
		}
		return []text.Edit{text.Insert(end, " # "+version)}
	}
	if old := u.Version(); old != "" {
		at := u.CommentStart + strings.Index(string(src[u.CommentStart:u.CommentEnd]), old)
		return []text.Edit{{Start: at, End: at + len(old), New: version}}
	}
	return []text.Edit{text.Insert(u.CommentStart, "# "+version+" ")}
}
