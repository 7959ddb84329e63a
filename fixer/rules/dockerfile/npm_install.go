package dockerfile

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed npm_install.md
var npmInstallDoc string

// NpmInstall reports installations that ignore the lock file.
var NpmInstall = &fixer.Rule{
	Name:     "dockerfile/npm-install",
	Title:    "npm install instead of npm ci",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.Scorecard, ID: "Pinned-Dependencies"},
		{Source: fixer.OWASPNPM, ID: "2"},
		{Source: fixer.Web, ID: "npm: npm ci", Link: "https://docs.npmjs.com/cli/commands/npm-ci"},
	},
	Doc: npmInstallDoc,
	Check: func(p *fixer.Pass) {
		for _, st := range build.Of(p.File).Steps("RUN") {
			for _, c := range st.Commands {
				switch c.Program {
				case "npm":
					checkNpm(p, st, c)
				case "yarn":
					checkYarn(p, st, c)
				case "pnpm":
					checkPnpm(p, st, c)
				}
			}
		}
	},
}

// npmOptions are options without a value that npm ci takes as npm install does.
var npmOptions = text.WordSet(`--production --omit=dev --omit=optional --only=production --only=prod --include=dev --no-audit --no-fund
	--legacy-peer-deps --force -f --silent -s --quiet -q --verbose --ignore-scripts --no-optional --prefer-offline --no-progress
	--unsafe-perm --no-cache --loglevel=error --no-update-notifier --foreground-scripts -d --prod --no-bin-links --strict-peer-deps`)

func checkNpm(p *fixer.Pass, st build.Step, c build.Command) {
	sub, k := c.Subcommand()
	if sub != "install" && sub != "i" || c.Has("-g", "--global", "--location=global", "--package-lock-only") {
		return
	}
	plain := true
	for n, w := range c.Words[c.ProgramWord+1:] {
		switch {
		case c.ProgramWord+1+n == k || npmOptions[w.Value]:
		case strings.HasPrefix(w.Value, "-"):
			plain = false
		default: // a package, or the value of an option
			if n > 0 && strings.HasPrefix(c.Words[c.ProgramWord+n].Value, "--") && !npmOptions[c.Words[c.ProgramWord+n].Value] {
				continue
			}
			return
		}
	}
	f := fixer.Finding{
		Path:    place(p.File.Dockerfile, st.At) + ": npm" + c.Ordinal + " " + sub,
		Message: "npm " + sub + " can install other versions than the lock file lists",
	}
	f.Start, f.End = st.Span(c)
	l := findLock(p, st, build.Installers["npm"].Locks...)
	f.Advice = l.advice("package-lock.json", "write npm ci", "no COPY in this file shows that the lock file exists")
	switch {
	case isFallback(c):
		f.Advice = fallbackAdvice(c, "package-lock.json", "npm ci")
	case !st.Edited(c.Command):
		f.Advice = "Write npm ci if package-lock.json exists" + st.NotEdited(c.Command)
	case l.at == nil:
	case !plain:
		f.Advice = "Write npm ci. Not fixed automatically: npm ci may not support all of these options"
	case oldNode(st.Stage):
		f.Advice = "Use a supported Node.js, then write npm ci: npm of Node.js before 10 has no reliable npm ci"
	default:
		f.Evidence = l.evidence
		f.Advice = ""
		f.Fixes = []fixer.Fix{{
			ID: "ci", Title: "Replace npm install with npm ci", Level: fixer.Review,
			Breaks: "The build fails if package.json and the lock file differ. npm ci deletes node_modules of earlier steps",
			Verify: "docker build --no-cache .\nsucceeds, without \"npm ci can only install packages when your package.json and package-lock.json are in sync\"",
			Edit:   fixer.EditDockerfile(func() ([]text.Edit, error) { return st.Script.ReplaceWord(c.Command, k, "ci") }),
		}}
	}
	report(p, st.At, f)
}

// oldNode reports whether a stage is known to have a Node.js whose npm does not
// know npm ci.
func oldNode(s *dockerfile.Stage) bool {
	ref, err := image.ParseReference(s.Root().Image)
	if err != nil || ref.Name() != image.DockerHub+"/library/node" {
		return false
	}
	v := ref.Version()
	return len(v) > 0 && v[0] < 10
}

func checkYarn(p *fixer.Pass, st build.Step, c build.Command) {
	sub, k := c.Subcommand()
	if sub != "" && sub != "install" || c.Has("--frozen-lockfile", "--immutable", "--no-lockfile", "--global", "-v", "--version", "--help") || len(c.Plain()) > 1 {
		return
	}
	flag, unknown := "--frozen-lockfile", "no COPY in this file shows that the lock file exists"
	l := findLock(p, st, build.Installers["yarn"].Locks...)
	if l.at != nil {
		switch modern, known := l.yarn(p); {
		case !known:
			l.at, unknown = nil, "the version of Yarn is unknown"
		case modern:
			flag = "--immutable"
		}
	}
	freeze{
		named: "yarn install", k: max(k, c.ProgramWord), flag: flag, file: "yarn.lock", lock: l,
		advice: l.advice("yarn.lock", "add --frozen-lockfile (Yarn 1) or --immutable (later versions) to yarn install", unknown),
	}.report(p, st, c)
}

func checkPnpm(p *fixer.Pass, st build.Step, c build.Command) {
	sub, k := c.Subcommand()
	if sub != "install" && sub != "i" || len(c.Plain()) > 1 || c.Has("--frozen-lockfile", "--no-frozen-lockfile", "--lockfile-only", "-g", "--global") {
		return
	}
	l := findLock(p, st, build.Installers["pnpm"].Locks...)
	freeze{
		named: "pnpm " + sub, k: k, flag: "--frozen-lockfile", file: "pnpm-lock.yaml", lock: l,
		advice: l.advice("pnpm-lock.yaml", "add --frozen-lockfile to pnpm install", "no COPY in this file shows that the lock file exists"),
	}.report(p, st, c)
}

// A freeze is an installation that one option holds to its lock file.
type freeze struct {
	named  string // "yarn install"
	k      int    // the word behind which the option goes
	flag   string
	file   string // the name of the lock file
	lock   lock
	advice string // where the lock file is not proved to be there
}

func (z freeze) report(p *fixer.Pass, st build.Step, c build.Command) {
	f := fixer.Finding{
		Path:     place(p.File.Dockerfile, st.At) + ": " + z.named,
		Message:  z.named + " can install other versions than the lock file lists",
		Evidence: z.lock.evidence,
		Advice:   z.advice,
	}
	f.Start, f.End = st.Span(c)
	switch {
	case isFallback(c):
		f.Advice = fallbackAdvice(c, z.file, z.named+" "+z.flag)
	case !st.Edited(c.Command):
		f.Advice += st.NotEdited(c.Command)
	case z.lock.at != nil:
		f.Advice = ""
		f.Fixes = []fixer.Fix{{
			ID: "frozen", Title: "Add " + z.flag, Level: fixer.Review,
			Breaks: "The build fails if package.json and the lock file differ",
			Verify: "docker build --no-cache .\nsucceeds, which shows that the lock file is up to date",
			Edit:   fixer.EditDockerfile(func() ([]text.Edit, error) { return st.Script.InsertWord(c.Command, z.k, z.flag) }),
		}}
	}
	report(p, st.At, f)
}

// isFallback reports whether a command runs only when another one fails, or
// answers one: what is written there is meant for the case in which the strict
// way does not work.
func isFallback(c build.Command) bool {
	return c.Place&(dockerfile.InOr|dockerfile.InNegation|dockerfile.InCondition|dockerfile.InBranch|dockerfile.InLoop|dockerfile.InFunction) != 0
}

func fallbackAdvice(c build.Command, lockFile, strict string) string {
	return fmt.Sprintf("Update %s, commit the file, and write only %s. Not fixed automatically: the command is in %s, and may be the fallback for an outdated lock file",
		lockFile, strict, c.Place)
}
