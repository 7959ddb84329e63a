package build

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A ContextUse says what the steps of a Dockerfile do with files that lie in
// many contexts and that few builds need.
type ContextUse struct {
	History  bool // git is asked for a version, or .git is named
	Packages bool // JavaScript packages are installed, so those of the context are not needed
	Bundles  bool // a bundler or framework runs, which may read .env
	Env      bool // .env is named

	text string
}

// ContextUse reads the steps and commands of the build. What a Makefile or a
// script does is not seen.
func (b *Build) ContextUse() *ContextUse { return b.context() }

func readContextUse(b *Build) *ContextUse {
	use := &ContextUse{}
	var all strings.Builder
	Each(b.File, func(_ *dockerfile.Stage, i, _ *dockerfile.Instruction) {
		switch i.Keyword {
		case "RUN", "CMD", "ENTRYPOINT", "ENV":
			all.WriteString(CommandText(b.File, i) + "\n")
			for _, flag := range i.Flags {
				all.WriteString(flag.Value + "\n")
			}
		}
	})
	use.text = all.String()
	for _, st := range b.run() {
		clones := slices.ContainsFunc(st.Commands, func(c Command) bool { return c.Program == "git" && c.Has("clone", "init") })
		for _, c := range st.Commands {
			use.History = use.History || c.Program == "git" && !clones && !c.Has("config", "--version")
			use.Packages = use.Packages || c.Install != nil && c.Install.Language == "JavaScript" && !c.Install.Global
		}
	}
	use.History = use.History || readsHistory().MatchString(use.text)
	use.Bundles = runsBundler().MatchString(use.text)
	use.Env = namesEnv().MatchString(strings.ReplaceAll(use.text, "process.env", ""))
	return use
}

var (
	// readsHistory matches .git as a path, and tools that ask git for a version.
	readsHistory = text.Regexp(`(?m)(^|[\s=/"',:])\.git([\s/"',]|$)|(?i)setuptools[-_]scm|goreleaser|gitversion|\bnbgv\b|versioneer|git-commit-id|gradle-git-properties|-buildvcs(=true\b|\s)`)
	runsBundler  = text.Regexp(`\b(npm|yarn|pnpm|bun)\s+(run\s+)?[\w:-]*(build|generate|export)|\b(next|vite|nuxt|nuxi|ng|gatsby|astro|webpack|react-scripts|vue-cli-service|expo)\s+(build|generate|export)\b|` +
		`artisan\s+(config:cache|optimize)|\bdump-env\b|assets:precompile|collectstatic`)
	namesEnv = text.Regexp(`(^|[\s=/"',])[\w-]*\.env\b`)
	makesEnv = text.Regexp(`-m\s+venv|\bvirtualenv\b|\buv\s+(sync|venv)|\bpoetry\s+install|\bpipenv\b|\bpdm\s+(install|sync)`)
)

// Virtualenv reports whether steps run programs of a virtual environment of
// this name that none of them makes, so that it comes with the context.
func (u *ContextUse) Virtualenv(name string) bool {
	return strings.Contains(u.text, name+"/bin") && !makesEnv().MatchString(u.text)
}
