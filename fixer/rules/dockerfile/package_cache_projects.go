package dockerfile

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// gemCache is where gem and Bundler keep what they download in the official
// images of Ruby, which set GEM_HOME.
const gemCache = "/usr/local/bundle/cache"

// checkGemCache looks at the last command of a step that downloads gems;
// elsewhere says that they may go to another folder than the usual one.
func checkGemCache(p *fixer.Pass, st build.Step, elsewhere bool) {
	last := lastOf(st, func(c build.Command) bool {
		return c.Install != nil && (c.Install.Name == "gem" || c.Install.Name == "bundler" && !c.Has("--version", "--help", "-v"))
	})
	if last < 0 || deletesCache(st.Commands[last+1:], "cache") {
		return
	}
	c := st.Commands[last]
	f := fixer.Finding{
		Path:    place(p.File.Dockerfile, st.At) + ": " + c.Program,
		Message: c.Program + " install leaves its download cache in the image",
		Advice:  "Delete the gem cache directory in the same step (rm -rf \"$(gem env gemdir)\"/cache)",
	}
	f.Start, f.End = st.Span(c)
	switch {
	case !officialRuby(st.Stage) || elsewhere:
		f.Advice += ". Not fixed automatically: the gem directory is unknown"
	case !st.Edited(c.Command):
		f.Advice += st.NotEdited(c.Command)
	default:
		if edits, err := follow(p.File.Dockerfile, st, c, "rm -rf "+gemCache); err != nil {
			f.Advice += ". Not fixed automatically: " + build.Reason(err)
		} else {
			f.Advice, f.Evidence = "", onlyForInstalls(c.Program)
			f.Fixes = []fixer.Fix{{
				ID: "clean", Title: "Delete the cache in the same step", Level: fixer.Safe,
				Verify: "docker build -t IMAGE . && docker run --rm --entrypoint sh IMAGE -c 'ls " + gemCache + "'\nfails, because the directory does not exist",
				Edit:   edit(edits),
			}}
		}
	}
	report(p, st.At, f)
}

// checkComposerCache looks at the last command of a step that fills the cache of
// Composer.
func checkComposerCache(p *fixer.Pass, st build.Step) {
	last := lastOf(st, func(c build.Command) bool {
		return c.Install != nil && c.Install.Name == "composer" && !cacheOption(c, "--no-cache")
	})
	if last < 0 || deletesCache(st.Commands[last+1:], "cache") || deletesCache(st.Commands[last+1:], ".composer") ||
		slices.ContainsFunc(st.Commands[last+1:], func(c build.Command) bool {
			return strings.HasPrefix(c.Program, "composer") && c.Has("clear-cache", "clearcache", "cc")
		}) {
		return
	}
	if _, at := build.Of(p.File).Variable(st.Stage, st.At, "COMPOSER_CACHE_DIR"); at != nil {
		return
	}
	c := st.Commands[last]
	f := fixer.Finding{
		Path:    place(p.File.Dockerfile, st.At) + ": composer",
		Message: "composer leaves its download cache in the image",
		Advice:  "Add --no-cache (Composer 2), or install in a separate stage and copy vendor from that stage",
	}
	f.Start, f.End = st.Span(c)
	report(p, st.At, f)
}

// lastOf returns the index of the last command of a step that is as asked, or -1.
func lastOf(st build.Step, is func(build.Command) bool) int {
	for k := len(st.Commands) - 1; k >= 0; k-- {
		if is(st.Commands[k]) {
			return k
		}
	}
	return -1
}

func officialRuby(s *dockerfile.Stage) bool {
	ref, err := image.ParseReference(s.Root().Image)
	return err == nil && ref.Name() == image.DockerHub+"/library/ruby"
}

// gemsElsewhere matches in a file what tells gem or Bundler where to put gems.
var gemsElsewhere = text.Regexp(`GEM_HOME|BUNDLE_|bundle +config|--deployment|--path|--install-dir|--user-install`)
