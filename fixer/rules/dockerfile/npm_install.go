package dockerfile

import (
	"path"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/dockerfile"
	"oakum/fixer/image"
)

// NpmInstall wants dependencies installed as the lock file names them.
var NpmInstall = &fixer.Rule{
	Name:     "dockerfile/npm-install",
	Title:    "npm install instead of npm ci",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Doc: fixer.Doc{
		What: `npm install and yarn install of the project's own dependencies in RUN. Whether there is a lock file is told by a COPY that
names it (package-lock.json, npm-shrinkwrap.json), since a build without it fails; package*.json and a whole folder do not
tell. Left alone are npm install of named packages and of global ones, yarn with --frozen-lockfile or --immutable, and npm ci.`,
		Why: `npm install may choose other versions than those that were reviewed and tested, and rewrites the lock file to match. npm ci
installs what the lock file says, compares each package with the checksum in it, and fails if package.json says something
else.`,
		Breaks: `npm ci fails where package.json and the lock file disagree, and deletes a node_modules that was there before.`,
		Verify: `docker build --no-cache .   builds;   npm ci   works in a fresh clone`,
		Bad: `FROM node:24
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm install
`,
		Good: `FROM node:24
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
`,
		References: []fixer.Reference{
			{Source: "OpenSSF Scorecard", ID: "Pinned-Dependencies", URL: "https://github.com/ossf/scorecard/blob/main/docs/checks.md#pinned-dependencies"},
			{Source: "OWASP NPM Security Cheat Sheet", ID: "2", URL: "https://cheatsheetseries.owasp.org/cheatsheets/NPM_Security_Cheat_Sheet.html"},
			{Source: "npm", ID: "npm ci", URL: "https://docs.npmjs.com/cli/commands/npm-ci"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, st := range steps(p.File.Dockerfile, "RUN") {
			for _, c := range st.commands {
				switch c.name {
				case "npm":
					checkNpm(p, st, c)
				case "yarn":
					checkYarn(p, st, c)
				}
			}
		}
	},
}

// npmOptions are options without a value that npm ci takes as npm install does.
var npmOptions = set(`--production --omit=dev --omit=optional --only=production --only=prod --include=dev --no-audit --no-fund
	--legacy-peer-deps --force -f --silent -s --quiet -q --verbose --ignore-scripts --no-optional --prefer-offline --no-progress
	--unsafe-perm --no-cache --loglevel=error --no-update-notifier --foreground-scripts -d --prod --no-bin-links --strict-peer-deps`)

func checkNpm(p *fixer.Pass, st step, c command) {
	sub, k := c.sub()
	if sub != "install" && sub != "i" || c.has("-g", "--global", "--location=global", "--package-lock-only") {
		return
	}
	plain := true
	for n, w := range c.Words[c.first+1:] {
		switch {
		case c.first+1+n == k || npmOptions[w.Value]:
		case strings.HasPrefix(w.Value, "-"):
			plain = false
		default: // a package, or the value of an option
			if n > 0 && strings.HasPrefix(c.Words[c.first+n].Value, "--") && !npmOptions[c.Words[c.first+n].Value] {
				continue
			}
			return
		}
	}
	f := fixer.Finding{
		Path:    place(p.File.Dockerfile, st.at) + ": npm" + c.again + " " + sub,
		Message: "npm " + sub + " may install other versions than the lock file names",
		Advice:  "if package-lock.json is in the repository (it should be), copy it before this step and write npm ci; it is not done here because nothing in the file proves that it is",
	}
	f.Start, f.End = st.span(c)
	lock := lockFile(st, "package-lock.json", "npm-shrinkwrap.json")
	switch {
	case st.script == nil:
		f.Advice = "write npm ci where package-lock.json is there" + st.notEdited()
	case lock == nil:
	case !plain:
		f.Advice = "write npm ci; it is not done here because it cannot be told whether npm ci takes all of these options"
	case oldNode(st.stage):
		f.Advice = "the npm of Node.js before 10 has no reliable npm ci: take a supported Node.js, then write npm ci"
	default:
		f.Evidence = []fixer.Evidence{{Source: source(p, lock), Text: "the lock file is copied by name, so it is there"}}
		f.Advice = ""
		f.Fixes = []fixer.Fix{{
			ID: "ci", Title: "use npm ci", Level: fixer.Review,
			Breaks: "the build fails if package.json and the lock file do not agree; a node_modules from an earlier step is deleted",
			Verify: "npm ci in a fresh clone, then docker build --no-cache .",
			Edit: func(d *fixer.Draft) error {
				edits, err := st.script.ReplaceWord(c.Command, k, "ci")
				if err != nil {
					return err
				}
				d.Dockerfile(p.File.Path, edits)
				return nil
			},
		}}
	}
	report(p, st.at, f)
}

// lockFile returns the COPY or ADD in the stage before a step that names one of
// the files, into the folder in which the step runs.
func lockFile(st step, names ...string) *dockerfile.Instruction {
	for _, i := range st.stage.Instructions {
		if i == st.at {
			break
		}
		if i.Keyword != "COPY" && i.Keyword != "ADD" || len(i.Words) < 2 {
			continue
		}
		if _, from := i.Flag("from"); from {
			continue
		}
		dest := i.Words[len(i.Words)-1]
		here := dest.Value == "." || dest.Value == "./" || !dest.Dynamic && st.stage.WorkdirAt(st.i).Known && strings.TrimRight(dest.Value, "/") == st.stage.WorkdirAt(st.i).Text
		if !here || i.Keyword == "ADD" && dockerfile.IsRemote(i.Words[0].Value) {
			continue
		}
		if (dest.Value == "." || dest.Value == "./") && st.stage.WorkdirAt(i).Text != st.stage.WorkdirAt(st.i).Text {
			continue
		}
		for _, w := range i.Words[:len(i.Words)-1] {
			if slices.Contains(names, path.Base(w.Value)) && !w.Dynamic {
				return i
			}
		}
	}
	return nil
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

func checkYarn(p *fixer.Pass, st step, c command) {
	sub, _ := c.sub()
	if sub != "" && sub != "install" || c.has("--frozen-lockfile", "--immutable", "--global", "-v", "--version", "--help") || len(c.plain()) > 1 {
		return
	}
	f := fixer.Finding{
		Path:    place(p.File.Dockerfile, st.at) + ": yarn install",
		Message: "yarn install may install other versions than the lock file names",
		Advice:  "if yarn.lock is in the repository (it should be), copy it before this step and write yarn install --frozen-lockfile for Yarn 1, --immutable for later ones; it is not done here because the file does not tell which Yarn it is",
	}
	if i := lockFile(st, "yarn.lock"); i != nil {
		f.Evidence = []fixer.Evidence{{Source: source(p, i), Text: "yarn.lock is copied by name, so it is there"}}
	}
	f.Start, f.End = st.span(c)
	report(p, st.at, f)
}
