package dockerfile

import (
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"strconv"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

//go:embed package_lists_kept.md
var packageListsKeptDoc string

// PackageListsKept reports package installations that leave the package lists.
var PackageListsKept = &fixer.Rule{
	Name:     "dockerfile/package-lists-kept",
	Title:    "package lists kept",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.Hadolint, ID: "DL3009"},
		{Source: fixer.Hadolint, ID: "DL3019"},
		{Source: fixer.Hadolint, ID: "DL3032"},
		{Source: fixer.Hadolint, ID: "DL3036"},
		{Source: fixer.Hadolint, ID: "DL3040"},
		{Source: fixer.Trivy, ID: "DS-0015"},
		{Source: fixer.Trivy, ID: "DS-0019"},
		{Source: fixer.Trivy, ID: "DS-0020"},
		{Source: fixer.Trivy, ID: "DS-0025"},
		{Source: fixer.Trivy, ID: "DS-0027"},
		{Source: fixer.KICSDockerfile, ID: "df746b39-6564-4fed-bf85-e9c44382303c", Title: "Apt Get Install Lists Were Not Deleted"},
		{Source: fixer.KICSDockerfile, ID: "ae9c56a6-3ed1-4ac0-9b54-31267f51151d", Title: "Apk Add Using Local Cache Path"},
		{Source: fixer.KICSDockerfile, ID: "00481784-25aa-4a55-8633-3136dfcf4f37", Title: "Yum Clean All Missing"},
		{Source: fixer.KICSDockerfile, ID: "295acb63-9246-4b21-b441-7c1f1fb62dc0", Title: "Missing Dnf Clean All"},
		{Source: fixer.KICSDockerfile, ID: "38300d1a-feb2-4a48-936a-d1ef1cd24313", Title: "Missing Zypper Clean"},
		{Source: fixer.Dockle, ID: "DKL-DI-0004"},
		{Source: fixer.Dockle, ID: "DKL-DI-0005"},
	},
	Doc: packageListsKeptDoc,
	Check: func(p *fixer.Pass) {
		f := p.File.Dockerfile
		kept, runs := build.InFinalImage(p), build.Of(p.File).Packages()
		build.Each(f, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
			if i.Keyword != "RUN" || !kept[s] || s.Windows {
				return
			}
			for _, m := range build.Managers {
				if !m.Mounted(i) {
					checkLists(p, runs.At(at), m)
				}
			}
		})
	},
}

func checkLists(p *fixer.Pass, r *build.PackageRun, m *build.Manager) {
	f := fixer.Finding{Path: place(p.File.Dockerfile, r.At) + " " + m.Name}
	if r.Rough {
		if r.LeavesUnread(m) {
			f.Message = fmt.Sprintf("the image keeps the %s of %s", m.What, m.Name)
			f.Advice = fmt.Sprintf("end these commands with %s; it is not done here because %s", cmp.Or(m.Clean, "its clean all"), r.Why)
			report(p, r.At, f)
		}
		return
	}
	last := r.LastUncleaned(m)
	if last == nil {
		return
	}
	f.Message = fmt.Sprintf("the image keeps the %s of %s", m.What, last.Program)
	f.Evidence = []fixer.Evidence{{
		Kind: fixer.FromDockerfile, Place: p.File.Path + ":" + strconv.Itoa(last.Line),
		Text: fmt.Sprintf("%s %s, and nothing behind it in this RUN deletes %s", last.Program, last.Verb, m.Dirs[0]),
	}}
	var fix *fixer.Fix
	if m.Name == "apk" && !r.Runs(m, "update") {
		fix, f.Advice = noCacheFix(p, r, m)
	} else {
		fix, f.Advice = cleanFix(p, r, last)
	}
	if fix != nil {
		f.Fixes = []fixer.Fix{*fix}
	}
	report(p, r.At, f)
}

// cleanFix deletes what was fetched behind the last command that needs it.
func cleanFix(p *fixer.Pass, r *build.PackageRun, last *build.PackageCall) (*fixer.Fix, string) {
	m := last.Manager
	if !r.Installs(m) {
		return nil, fmt.Sprintf("%s %s stands alone, so that what it fetched is for a later step, or for none: join it with the RUN that installs, and end that with %s",
			last.Program, last.Verb, last.CleanCommand())
	}
	later := build.NeededAfter(p, r.At, m)
	if later.Sure {
		return nil, fmt.Sprintf("%s installs packages with what this RUN fetched: give it an update of its own, or join the two, and end with %s", later.Where(), last.CleanCommand())
	}
	edits, err := cleanup(p.File.Dockerfile, r, last)
	if err != nil {
		return nil, fmt.Sprintf("end the commands with %s; it is not done here because %s", last.CleanCommand(), build.Reason(err))
	}
	fix := &fixer.Fix{
		ID: "clean", Title: "delete them in the same RUN with " + last.CleanCommand(), Level: fixer.Safe,
		Verify: "docker build .   then   docker history IMAGE   shows a smaller layer",
		Edit:   edit(edits),
	}
	if later.By != nil {
		fix.Level = fixer.Review
		fix.Breaks = fmt.Sprintf("%s "+doubt(later)+": it fails if it installs packages without fetching the lists first", later.Where())
	}
	return fix, ""
}

// doubt says why it is not sure that a later step needs the lists.
func doubt(later build.Need) string {
	if later.File != "" {
		return "may start from this image"
	}
	return "runs something that is not read here"
}

// noCacheFix tells apk not to keep its index at all.
func noCacheFix(p *fixer.Pass, r *build.PackageRun, m *build.Manager) (*fixer.Fix, string) {
	if ancientAlpine(p, r.Instruction.Stage) {
		return nil, "apk of Alpine 3.2 and older has no --no-cache: end the commands with " + m.Clean
	}
	edits, err := noCache(r, m)
	if err != nil {
		return nil, "write --no-cache behind apk add; it is not done here because " + build.Reason(err)
	}
	fix := &fixer.Fix{
		ID: "no-cache", Title: "use --no-cache", Level: fixer.Safe,
		Verify: "docker build .   then   docker run --rm --entrypoint ls IMAGE /var/cache/apk   prints nothing",
		Edit:   edit(edits),
	}
	// A step that fetched the index on request may be followed by one that
	// relies on it; apk fetches it by itself in all but old versions.
	if later := build.NeededAfter(p, r.At, m); later.Sure && slices.ContainsFunc(r.Calls, func(c *build.PackageCall) bool { return c.Manager == m && c.FetchesLists() }) {
		fix.Level = fixer.Review
		fix.Breaks = fmt.Sprintf("%s installs packages too, and the apk of old Alpine releases does not fetch the index by itself", later.Where())
	}
	return fix, ""
}
