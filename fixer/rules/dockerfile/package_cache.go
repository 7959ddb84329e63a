package dockerfile

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed package_cache.md
var packageCacheDoc string

// PackageCache reports package installations that leave their download cache.
var PackageCache = &fixer.Rule{
	Name:     "dockerfile/package-cache",
	Title:    "package manager cache kept in the image",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.Hadolint, ID: "DL3042"},
		{Source: fixer.Hadolint, ID: "DL3060"},
		{Source: fixer.KICSDockerfile, ID: "f2f903fb-b977-461e-98d7-b3e2185c6118", Title: "Pip install Keeping Cached Packages"},
	},
	Doc: packageCacheDoc,
	Check: func(p *fixer.Pass) {
		kept, elsewhere := build.InFinalImage(p), gemsElsewhere().Match(p.File.Data)
		for _, st := range build.Of(p.File).Steps("RUN") {
			if !kept[st.Stage] || cacheMount(st.Instruction) {
				continue
			}
			checkPipCache(p, st)
			checkNodeCache(p, st)
			checkGemCache(p, st, elsewhere)
			checkComposerCache(p, st)
		}
	},
}

// cacheMount reports whether a RUN has a cache or tmpfs mount. Which program's
// cache lies on it is not asked: who writes one has thought of it.
func cacheMount(i *dockerfile.Instruction) bool {
	for _, f := range i.Flags {
		if f.Name == "mount" && (strings.Contains(f.Value, "type=cache") || strings.Contains(f.Value, "type=tmpfs")) {
			return true
		}
	}
	return false
}

func checkPipCache(p *fixer.Pass, st build.Step) {
	if value, at := build.Of(p.File).Variable(st.Stage, st.At, "PIP_NO_CACHE_DIR"); at != nil && value != "" {
		return
	}
	if _, at := build.Of(p.File).Variable(st.Stage, st.At, "PIP_CACHE_DIR"); at != nil {
		return
	}
	for k, c := range st.Commands {
		if c.Install == nil || c.Install.Name != "pip" || cacheOption(c, "--no-cache-dir", "--no-cache", "--cache-dir") || deletesCache(st.Commands[k+1:], ".cache") || c.Sets("PIP_NO_CACHE_DIR") || pipConfigured(p, st, k) {
			continue
		}
		f := fixer.Finding{
			Path:    place(p.File.Dockerfile, st.At) + ": " + c.Program + c.Ordinal,
			Message: c.Program + " install leaves its download cache in the image",
			Advice:  "Add --no-cache-dir after install" + st.NotEdited(c.Command),
		}
		f.Start, f.End = st.Span(c)
		switch {
		case pipBefore6(p, st.Stage):
			f.Advice = "Delete /root/.cache/pip at the end of the step, or use a supported base image: this pip has no --no-cache-dir"
		case st.Edited(c.Command):
			f.Advice, f.Evidence = "", onlyForInstalls(c.Program)
			f.Fixes = []fixer.Fix{{
				ID: "no-cache", Title: "Add --no-cache-dir", Level: fixer.Safe,
				Verify: "docker build -t IMAGE . && docker run --rm --entrypoint ls IMAGE -a /root/.cache\nlists no pip directory, or fails because there is no cache",
				Edit: fixer.EditDockerfile(func() ([]text.Edit, error) {
					return st.Script.InsertWord(c.Command, c.Install.VerbWord, "--no-cache-dir")
				}),
			}}
		}
		report(p, st.At, f)
	}
}

// onlyForInstalls is the evidence that a package manager needs its cache for nothing else.
func onlyForInstalls(program string) []fixer.Evidence {
	return []fixer.Evidence{{Kind: fixer.FromPlatform, Source: program, Text: program + " reads its cache only when it installs again"}}
}

// pipConfigured reports whether a command before one of a step tells pip for good to keep
// nothing: pip config set global.no-cache-dir true.
func pipConfigured(p *fixer.Pass, st build.Step, k int) bool {
	if !bytes.Contains(p.File.Data, []byte(".no-cache-dir")) {
		return false
	}
	for _, o := range build.Of(p.File).Steps("RUN") {
		list := o.Commands
		switch {
		case o.At == st.At:
			list = list[:min(k, len(list))]
		case o.At.Start > st.At.Start || !build.InChain(st.Stage, o.Stage):
			continue
		}
		for _, c := range list {
			at := slices.IndexFunc(c.Words, func(w dockerfile.Word) bool { return strings.HasSuffix(w.Value, ".no-cache-dir") })
			if at > 1 && c.Words[at-1].Value == "set" && at+1 < len(c.Words) && slices.Contains([]string{"true", "1", "yes", "on"}, strings.ToLower(c.Words[at+1].Value)) {
				return true
			}
		}
	}
	return false
}

// pipBefore6 reports whether the pip of a base's own packages is older than the
// option that keeps it from caching.
func pipBefore6(p *fixer.Pass, s *dockerfile.Stage) bool {
	base, ok := build.BaseOf(p, s)
	if !ok || base.Has("pip") == image.Present {
		return false
	}
	switch base.Distribution {
	case image.Debian:
		return slices.Contains([]string{"6", "7", "8"}, base.Release)
	case image.Ubuntu:
		return base.Release != "" && base.Release < "15"
	}
	return false
}

// installsOffline returns a later step that installs from the cache which a step
// fills, or nil.
func installsOffline(p *fixer.Pass, st build.Step) *dockerfile.Instruction {
	for _, o := range build.Of(p.File).Steps("RUN") {
		if o.At.Start > st.At.Start && slices.ContainsFunc(o.Commands, func(c build.Command) bool { return c.Install != nil && c.Has("--offline") }) {
			return o.At
		}
	}
	return nil
}

// checkNodeCache looks at the last command of a step that fills the cache of
// npm or Yarn.
func checkNodeCache(p *fixer.Pass, st build.Step) {
	last := -1
	for k, c := range st.Commands {
		switch in := c.Install; {
		case in == nil:
			continue
		case in.Name == "npm":
		case in.Name == "yarn" && (in.Verb != "" || len(c.Args()) == 0):
		default:
			continue
		}
		if !cacheOption(c, "--cache", "--cache-folder", "--version") {
			last = k
		}
	}
	if last < 0 || deletesCache(st.Commands[last+1:], ".npm") || deletesCache(st.Commands[last+1:], "cache") || cacheElsewhere(p, st) {
		return
	}
	c := st.Commands[last]
	f := fixer.Finding{
		Path:    place(p.File.Dockerfile, st.At) + ": " + c.Program,
		Message: c.Program + " leaves its download cache in the image",
	}
	f.Start, f.End = st.Span(c)
	clean := "npm cache clean --force"
	if c.Program == "yarn" {
		f.Advice = "End the step with yarn cache clean (Yarn 1). Later versions of Yarn may run packages from the cache: use RUN --mount=type=cache,target=… there"
		report(p, st.At, f)
		return
	}
	if !st.Edited(c.Command) {
		f.Advice = "End the step with " + clean + st.NotEdited(c.Command)
		report(p, st.At, f)
		return
	}
	edits, err := follow(p.File.Dockerfile, st, c, clean)
	if later := installsOffline(p, st); later != nil {
		f.Advice = fmt.Sprintf("End the step on line %d, which installs from the cache (--offline), with %s. Or copy from this stage into a stage without a cache", later.Line, clean)
	} else if err != nil {
		f.Advice = "End the step with " + clean + ". Not fixed automatically: " + build.Reason(err)
	} else {
		f.Evidence = onlyForInstalls(c.Program)
		f.Fixes = []fixer.Fix{{
			ID: "clean", Title: "Delete the cache in the same step with " + clean, Level: fixer.Safe,
			Verify: "docker build -t IMAGE . && docker run --rm --entrypoint ls IMAGE -a /root\nlists no .npm directory",
			Edit:   edit(edits),
		}}
	}
	report(p, st.At, f)
}

// cacheElsewhere reports whether a variable says where the cache of npm is.
func cacheElsewhere(p *fixer.Pass, st build.Step) bool {
	for _, name := range []string{"npm_config_cache", "NPM_CONFIG_CACHE", "YARN_CACHE_FOLDER"} {
		if _, at := build.Of(p.File).Variable(st.Stage, st.At, name); at != nil {
			return true
		}
	}
	return false
}
