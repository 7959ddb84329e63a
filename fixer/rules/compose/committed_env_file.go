package compose

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/gitignore"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed committed_env_file.md
var committedEnvFileDoc string

// CommittedEnvFile reports environment files with secrets that git tracks, or does not
// ignore.
var CommittedEnvFile = &fixer.Rule{
	Name:     "compose/committed-env-file",
	Title:    "environment file with secrets that git tracks or does not ignore",
	Severity: fixer.Medium,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	After:    []string{"compose/default-password"},
	References: []fixer.Reference{
		{Source: fixer.OWASPDocker, ID: "rule 12"},
		{Source: fixer.CWE, ID: "CWE-538"},
		{Source: fixer.DockerDocs, ID: "Compose environment files", Link: "https://docs.docker.com/compose/how-tos/environment-variables/best-practices/"},
		attackCredentials,
	},
	Doc: committedEnvFileDoc,
	Check: func(p *fixer.Pass) {
		seen := map[string]bool{}
		for _, v := range written(p) {
			dir, _ := v.Directory()
			if !compose.IsOverride(p.File.Path) {
				checkEnvironment(p, v, path.Join(dir, ".env"), nil, seen)
			}
			own := v.Node.Own("env_file")
			for _, n := range own.ListOrOne() {
				name := n.Text()
				if name == "" {
					name = n.Get("path").Text()
				}
				if at := path.Join(path.Dir(v.File), name); name != "" && !path.IsAbs(name) && !strings.Contains(name, "$") {
					checkEnvironment(p, v, at, n, seen)
				}
			}
		}
	},
}

// checkEnvironment reports an environment file that a service reads: at the entry that
// names it, or at the service where Compose reads it by itself.
func checkEnvironment(p *fixer.Pass, v compose.View, file string, at *yamldoc.Node, seen map[string]bool) {
	f := p.Read(file)
	if seen[file] || f == nil || !f.Context || f.Skip != nil || slices.Contains(examples, path.Base(file)) || at == nil && !firstOf(p, file) {
		return
	}
	seen[file] = true
	var names []string
	for _, variable := range compose.Environment(f.Data) {
		if variable.Secret && !slices.Contains(names, variable.Name) {
			names = append(names, variable.Name)
		}
	}
	if len(names) == 0 {
		return
	}
	ignored, known := ignoredByGit(p, file)
	if f.Git != buildcontext.GitTracked && (ignored || !known) {
		return
	}
	place := at
	if place == nil {
		place = v.Key
	}
	report(p, v, place, committed(p, file, f, names))
}

// committed is the finding about an environment file, by what git says of it. No edit
// takes a file out of the index of git, so that a tracked one is for a person.
func committed(p *fixer.Pass, file string, f *fixer.File, names []string) fixer.Finding {
	out := fixer.Finding{Path: "services: " + file}
	word := text.ShellWord(file)
	evidence := "No line of a .gitignore matches the file"
	fix := ignoreFix(p, file, compose.Environment(f.Data))
	out.Message = fmt.Sprintf("Git does not ignore %s, which has values for %s", file, text.Some(names))
	switch f.Git {
	case buildcontext.GitTracked:
		out.Severity = fixer.High
		out.Message = fmt.Sprintf("Git tracks %s, which has values for %s", file, text.Some(names))
		evidence = "The index of git has the file, so everyone with a clone of the repository has the values"
		out.Advice = fmt.Sprintf("Rotate the secrets: they stay in the git history. Then run `git rm --cached %s`, which leaves the file on disk, let git ignore the file, and commit an example without values. Other checkouts lose the file when they pull that commit", word)
	case buildcontext.GitUntracked:
		evidence += ", and the index of git does not have it: the next `git add .` adds it"
		fix.Level = fixer.Review
		fix.Breaks = "Tools that leave out what git ignores, such as clients of some hosting platforms, no longer send the file"
		fix.Verify = "git check-ignore " + word + "\nprints " + file
		out.Fixes = []fixer.Fix{fix}
	default:
		out.Advice = fmt.Sprintf("If the file is committed, run `git rm --cached %s` and rotate the secrets: they stay in the git history. Let git ignore the file, and commit an example without values", word)
		out.Fixes = []fixer.Fix{fix}
	}
	out.Evidence = []fixer.Evidence{{Kind: fixer.FromRepository, Place: file, Text: "The values of " + text.Some(names) + " look like secrets. " + evidence}}
	return out
}

// firstOf reports whether the file of the pass is the one that a .env is reported in: of
// the Compose files of its directory the one that Compose looks for by itself, or else
// the first.
func firstOf(p *fixer.Pass, env string) bool {
	dir := path.Dir(env)
	for _, name := range compose.MainNames {
		if at := path.Join(dir, name); p.Read(at) != nil {
			return at == p.File.Path
		}
	}
	return path.Dir(p.File.Path) == dir
}

// ignoredByGit reports whether a .gitignore above a file makes git ignore it. known is
// false where one of them is not read.
func ignoredByGit(p *fixer.Pass, file string) (ignored, known bool) {
	var above []gitignore.File
	for _, dir := range directoriesAbove(file) {
		switch f := p.Read(path.Join(dir, ".gitignore")); {
		case f == nil:
		case f.Skip != nil:
			return false, false
		default:
			above = append(above, gitignore.Parse(dir, f.Data))
		}
	}
	return gitignore.Ignored(above, file), true
}

// directoriesAbove returns the directories that hold a file, from the root on.
func directoriesAbove(file string) []string {
	out := []string{"."}
	for i, c := range file {
		if c == '/' {
			out = append(out, file[:i])
		}
	}
	return out
}

// ignoreFix makes git ignore an environment file, and leaves an example of it. What git
// tracks already it goes on to track, so that a person has to choose the fix, unless git
// is known not to track the file.
func ignoreFix(p *fixer.Pass, file string, variables []compose.Variable) fixer.Fix {
	dir, example := path.Dir(file), path.Join(path.Dir(file), path.Base(file)+".example")
	fix := fixer.Fix{
		ID: "ignore", Level: fixer.Manual,
		Title:  "Add " + file + " to .gitignore and its names without values to " + example,
		Breaks: "Other checkouts and CI do not get the file from git any more",
		Verify: "git check-ignore " + text.ShellWord(file) + "\nprints " + file + "\n\ngit ls-files " + text.ShellWord(file) + "\nprints nothing after `git rm --cached`",
	}
	has := slices.ContainsFunc(examples, func(name string) bool { return p.Read(path.Join(dir, name)) != nil })
	if has && path.Base(file) == ".env" {
		fix.Title = "Add " + file + " to .gitignore"
	}
	var lines []string
	for _, v := range variables {
		if line := v.Name + "="; !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	fix.Edit = func(d *fixer.Draft) error {
		if d.Snapshot.File(example) == nil && !(has && path.Base(file) == ".env") {
			d.AddLines(example, fixer.Environment, lines...)
		}
		return keepFromGit(d, file, dir)
	}
	return fix
}
