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
	Title:    "package lists kept in the image",
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
			f.Message = fmt.Sprintf("RUN leaves the %s of %s in the image", m.What, m.Name)
			f.Advice = fmt.Sprintf("End these commands with %s. Not fixed automatically: %s", cmp.Or(m.Clean, m.Name+" clean all"), r.Why)
			report(p, r.At, f)
		}
		return
	}
	last := r.LastUncleaned(m)
	if last == nil {
		return
	}
	f.Message = fmt.Sprintf("RUN leaves the %s of %s in the image", m.What, last.Program)
	f.Evidence = []fixer.Evidence{{
		Kind: fixer.FromDockerfile, Place: p.File.Path + ":" + strconv.Itoa(last.Line),
		Text: fmt.Sprintf("%s %s is not followed by a command that deletes %s in this RUN", last.Program, last.Verb, m.Dirs[0]),
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
		return nil, fmt.Sprintf("Join %s %s with the RUN that installs packages, and end that RUN with %s",
			last.Program, last.Verb, last.CleanCommand())
	}
	later := build.NeededAfter(p, r.At, m)
	if later.Sure {
		return nil, fmt.Sprintf("Add an update to %s, which installs packages with these lists, or join the two steps, and end with %s", later.Where(), last.CleanCommand())
	}
	edits, err := cleanup(p.File.Dockerfile, r, last)
	if err != nil {
		return nil, fmt.Sprintf("End the commands with %s. Not fixed automatically: %s", last.CleanCommand(), build.Reason(err))
	}
	fix := &fixer.Fix{
		ID: "clean", Title: "Delete the package lists in the same RUN with " + last.CleanCommand(), Level: fixer.Safe,
		Verify: "docker build -t IMAGE . && docker history IMAGE\nshows a smaller layer for this RUN than before",
		Edit:   edit(edits),
	}
	if later.By != nil {
		fix.Level = fixer.Review
		fix.Breaks = fmt.Sprintf("Builds fail if %s installs packages without an update: that step %s", later.Where(), doubt(later))
	}
	return fix, ""
}

// doubt says why it is not sure that a later step needs the lists.
func doubt(later build.Need) string {
	if later.File != "" {
		return "may start from this image"
	}
	return "runs a command that oakum does not know"
}

// noCacheFix tells apk not to keep its index at all.
func noCacheFix(p *fixer.Pass, r *build.PackageRun, m *build.Manager) (*fixer.Fix, string) {
	if ancientAlpine(p, r.Instruction.Stage) {
		return nil, "End the commands with " + m.Clean + ": apk of Alpine 3.2 and older has no --no-cache"
	}
	edits, err := noCache(r, m)
	if err != nil {
		return nil, "Add --no-cache after apk add. Not fixed automatically: " + build.Reason(err)
	}
	fix := &fixer.Fix{
		ID: "no-cache", Title: "Add --no-cache", Level: fixer.Safe,
		Verify: "docker build -t IMAGE . && docker run --rm --entrypoint ls IMAGE /var/cache/apk\nprints nothing",
		Edit:   edit(edits),
	}
	// A step that fetched the index on request may be followed by one that
	// relies on it; apk fetches it by itself in all but old versions.
	if later := build.NeededAfter(p, r.At, m); later.Sure && slices.ContainsFunc(r.Calls, func(c *build.PackageCall) bool { return c.Manager == m && c.FetchesLists() }) {
		fix.Level = fixer.Review
		fix.Breaks = fmt.Sprintf("Builds fail on old Alpine releases: %s also installs packages, and apk does not download the index there", later.Where())
	}
	return fix, ""
}
