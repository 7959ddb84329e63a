package dockerfile

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"oakum/fixer"
	"oakum/fixer/dockerfile"
	"oakum/fixer/image"
	"oakum/fixer/text"
)

// PackageListsKept wants what a package manager fetches for itself to leave the
// image in the step that brought it.
var PackageListsKept = &fixer.Rule{
	Name:     "dockerfile/package-lists-kept",
	Title:    "package lists kept",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Doc: fixer.Doc{
		What: `RUN instructions after which the lists of apt, the index of apk, or the metadata and cache of dnf, yum, microdnf, tdnf and
zypper stay in the image. Deleting them in a later RUN does not count: the layer below keeps them; apt-get clean does not touch
them. Left alone are folders on a cache or tmpfs mount, installs into another root folder, and stages whose files no image gets
(stages that are only copied from). Commands in a heredoc, in the exec form and in ONBUILD are reported and not rewritten.`,
		Why: `The lists are tens of megabytes that nothing in the container reads, and they let whoever gets into it install tools at
once. Old lists also make a later install fail or fetch versions with known flaws.`,
		Breaks: `A later step of the build that installs packages without an update of its own; the rule looks for one and offers no fix
then. A container that installs packages while it runs has to update first, which it should anyway.`,
		Verify: `docker history IMAGE   shows a smaller layer;   docker run --rm --entrypoint ls IMAGE /var/lib/apt/lists   prints nothing`,
		Bad: `FROM debian:13
RUN apt-get update && apt-get install -y curl
`,
		Good: `FROM debian:13
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
`,
		References: []fixer.Reference{
			{Source: "hadolint", ID: "DL3009", URL: "https://github.com/hadolint/hadolint/wiki/DL3009"},
			{Source: "hadolint", ID: "DL3019", URL: "https://github.com/hadolint/hadolint/wiki/DL3019"},
			{Source: "hadolint", ID: "DL3032, DL3036, DL3040"},
			{Source: "Trivy", ID: "DS-0015, DS-0019, DS-0020, DS-0025, DS-0027"},
			{Source: "KICS", ID: "df746b39, ae9c56a6, 00481784, 295acb63, 38300d1a"},
			{Source: "dockle", ID: "DKL-DI-0004, DKL-DI-0005"},
		},
	},
	Check: func(p *fixer.Pass) {
		f := p.File.Dockerfile
		kept, runs := shipped(p), readRuns(f)
		each(f, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
			if i.Keyword != "RUN" || !kept[s] || s.Windows {
				return
			}
			for _, m := range managers {
				if !m.mounted(i) {
					checkLists(p, runs, runs.runs[at], m)
				}
			}
		})
	},
}

func checkLists(p *fixer.Pass, runs *packageRuns, r *packageRun, m *manager) {
	f := fixer.Finding{Path: place(p.File.Dockerfile, r.at) + " " + m.name}
	if r.script == nil {
		if m.mentions(r.raw, m.leaves) && !m.cleanedIn(r.raw) {
			f.Message = fmt.Sprintf("the image keeps the %s of %s", m.what, m.name)
			f.Advice = fmt.Sprintf("end these commands with %s; it is not done here because %s", cmp.Or(m.clean, "its clean all"), r.why)
			report(p, r.at, f)
		}
		return
	}
	last := r.last(m)
	if last == nil {
		return
	}
	f.Message = fmt.Sprintf("the image keeps the %s of %s", m.what, last.program)
	f.Evidence = []fixer.Evidence{{
		Kind: fixer.FromDockerfile, Place: p.File.Path + ":" + strconv.Itoa(last.Line),
		Text: fmt.Sprintf("%s %s, and nothing behind it in this RUN deletes %s", last.program, last.sub, m.folders[0]),
	}}
	var fix *fixer.Fix
	if m.name == "apk" && !r.runs(m, "update") {
		fix, f.Advice = noCacheFix(p, runs, r, m)
	} else {
		fix, f.Advice = cleanFix(p, runs, r, last)
	}
	if fix != nil {
		f.Fixes = []fixer.Fix{*fix}
	}
	report(p, r.at, f)
}

// runs reports whether a RUN calls a subcommand of a manager.
func (r *packageRun) runs(m *manager, sub string) bool {
	return slices.ContainsFunc(r.calls, func(c call) bool { return c.manager == m && c.sub == sub })
}

// uses reports whether a RUN installs with what it fetched.
func (r *packageRun) uses(m *manager) bool {
	return m.uses == nil || slices.ContainsFunc(r.calls, func(c call) bool { return c.manager == m && m.uses[c.sub] })
}

// cleanFix deletes what was fetched behind the last command that needs it.
func cleanFix(p *fixer.Pass, runs *packageRuns, r *packageRun, last *call) (*fixer.Fix, string) {
	m := last.manager
	if !r.uses(m) {
		return nil, fmt.Sprintf("%s %s stands alone, so that what it fetched is for a later step, or for none: join it with the RUN that installs, and end that with %s",
			last.program, last.sub, last.cleaning())
	}
	later := runs.neededAfter(r.at, m)
	if later.sure {
		return nil, fmt.Sprintf("line %d installs packages with what this RUN fetched: give it an update of its own or join the two, and end with %s", later.by.Line, last.cleaning())
	}
	edits, err := cleanup(p.File.Dockerfile, r, last)
	if err != nil {
		return nil, fmt.Sprintf("end the commands with %s; it is not done here because %s", last.cleaning(), reason(err))
	}
	fix := &fixer.Fix{
		ID: "clean", Title: "delete them in the same RUN with " + last.cleaning(), Level: fixer.Safe,
		Verify: "docker build .   then   docker history IMAGE   shows a smaller layer",
		Edit:   edit(p, edits),
	}
	if later.by != nil {
		fix.Level = fixer.Review
		fix.Breaks = fmt.Sprintf("line %d runs something that is not read here: it fails if it installs packages without fetching the lists first", later.by.Line)
	}
	return fix, ""
}

// noCacheFix tells apk not to keep its index at all.
func noCacheFix(p *fixer.Pass, runs *packageRuns, r *packageRun, m *manager) (*fixer.Fix, string) {
	if ancientAlpine(p, r.run.Stage) {
		return nil, "apk of Alpine 3.2 and older has no --no-cache: end the commands with " + m.clean
	}
	edits, err := noCache(r, m)
	if err != nil {
		return nil, "write --no-cache behind apk add; it is not done here because " + reason(err)
	}
	fix := &fixer.Fix{
		ID: "no-cache", Title: "use --no-cache", Level: fixer.Safe,
		Verify: "docker build .   then   docker run --rm --entrypoint ls IMAGE /var/cache/apk   prints nothing",
		Edit:   edit(p, edits),
	}
	// A step that fetched the index on request may be followed by one that
	// relies on it; apk fetches it by itself in all but old versions.
	if later := runs.neededAfter(r.at, m); later.sure && slices.ContainsFunc(r.calls, func(c call) bool { return c.manager == m && c.fetches() }) {
		fix.Level = fixer.Review
		fix.Breaks = fmt.Sprintf("line %d installs packages too, and the apk of old Alpine releases does not fetch the index by itself", later.by.Line)
	}
	return fix, ""
}

// noCache writes --no-cache behind every subcommand of apk that would keep the
// index.
func noCache(r *packageRun, apk *manager) ([]text.Edit, error) {
	var edits []text.Edit
	for _, c := range r.calls {
		if c.manager != apk || !c.left() {
			continue
		}
		e, err := r.script.InsertWord(c.Command, c.subWord, "--no-cache")
		if err != nil {
			return nil, err
		}
		edits = append(edits, e...)
	}
	return edits, nil
}

// edit returns a fix's edits that were found when the file was checked.
func edit(p *fixer.Pass, edits []text.Edit) func(*fixer.Draft) error {
	return func(d *fixer.Draft) error {
		d.Dockerfile(p.File.Path, edits)
		return nil
	}
}

// ancientAlpine reports whether the stage's base is known to be Alpine before
// 3.3, which brought --no-cache.
func ancientAlpine(p *fixer.Pass, s *dockerfile.Stage) bool {
	base, ok := baseOf(p, s)
	return ok && base.Distribution == image.Alpine && slices.Contains([]string{"2.6", "2.7", "3.0", "3.1", "3.2"}, base.Release)
}
