package stack

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

var rubyStack = &Stack{
	Name:   "Ruby",
	Images: []string{image.DockerHub + "/library/ruby"},
	Does:   rubyDoes,
	Plan:   planRuby,
}

// gems is where the images of Ruby have the gems that Bundler and gem install.
const gems = "/usr/local/bundle"

func rubyDoes(a *App, st build.Step, c build.Command) *Work {
	args := c.Plain()
	switch c.Program {
	case "gem":
		verb, _ := c.Subcommand()
		switch verb {
		case "install", "i":
			return &Work{Writes: []string{gems}, Elsewhere: c.Has("--install-dir", "-i", "--user-install", "--bindir", "-n")}
		case "build", "update", "cleanup", "sources", "env", "list", "--version", "fetch":
			return &Work{Writes: []string{gems}}
		}
		return nil
	case "bundle", "bundler":
		for len(args) > 0 && strings.HasPrefix(args[0], "_") {
			args = args[1:] // bundle _2.5.16_ install
		}
		if len(args) == 0 {
			return &Work{Writes: []string{gems}}
		}
		switch args[0] {
		case "install", "config", "lock", "clean", "check", "binstubs", "package", "cache", "update", "pristine", "--version", "env":
			return &Work{Writes: []string{gems}}
		case "exec":
			return rubyRuns(a, st, args[1:])
		}
		return nil
	case "rails", "rake", "ruby", "bootsnap":
		return rubyRuns(a, st, append([]string{c.Program}, args...))
	}
	return nodeDoes(a, st, c)
}

// rubyRuns says what a program of the application does in a build; nil for one that may
// write anywhere.
func rubyRuns(a *App, st build.Step, words []string) *Work {
	if len(words) > 1 && path.Base(words[0]) == "ruby" && words[1] != "" {
		words = words[1:]
	}
	if len(words) == 0 {
		return nil
	}
	switch program := path.Base(words[0]); program {
	case "rails", "rake", "bootsnap":
		task := ""
		for _, w := range words[1:] {
			if !strings.Contains(w, "=") {
				task = w
				break
			}
		}
		room, _, _ := strings.Cut(task, ":")
		if program == "bootsnap" || slices.Contains([]string{"assets", "webpacker", "tailwindcss", "javascript", "css", "yarn", "tmp", "log", "vite", "shakapacker", "i18n", "zeitwerk"}, room) {
			return &Work{}
		}
		return nil
	case "jekyll", "middleman", "nanoc", "bridgetown":
		if len(words) > 1 && (words[1] == "build" || words[1] == "compile" || words[1] == "deploy") {
			return &Work{}
		}
		return nil
	case "rspec", "rubocop", "brakeman", "standardrb":
		return &Work{Develops: true}
	}
	if a.writesHere(st, words[0]) {
		return &Work{}
	}
	return nil
}

// writesHere reports whether a script that the build copies names no path but those
// below the directory in which it runs, and starts no other program.
func (a *App) writesHere(st build.Step, script string) bool {
	at := a.Absolute(st.Instruction, script)
	if at == "" {
		return false
	}
	for _, name := range a.find(strings.TrimPrefix(script, "./")) {
		if data := a.read(path.Join(a.Context.Dir, name)); len(data) > 0 && len(data) < 64<<10 {
			return !leavesDirectory().Match(data)
		}
	}
	return false
}

// leavesDirectory matches what a script of Ruby writes elsewhere with, or starts
// another program.
var leavesDirectory = text.Regexp("[\"'](/|~|\\.\\.)|Dir\\.(home|tmpdir|chdir)|ENV\\b|ARGV|system|spawn|`|%x|\\bexec\\b|popen|Open3|FileUtils|eval|expand_path|__dir__|Gem\\.")

func planRuby(a *App) (*Recipe, error) {
	gemfile, hasGemfile := a.Manifest("Gemfile")
	if !hasGemfile && !a.copiesRuby() {
		return nil, Refuse(Disagreement, a.Stage.From, "Copy Gemfile and the application into the image", "the base image is for Ruby, but the build copies no application of Ruby")
	}
	if a.Workdir == "" || a.Workdir == "/" {
		return nil, Refuse(UnknownWorkdir, nil, "Give the application a directory of its own (WORKDIR /app)", "the application has no directory of its own in the image")
	}
	names := gemNames(a)
	if err := rubyStart(a, names); err != nil {
		return nil, err
	}
	if err := a.mounted(a.Workdir, "bundle install"); err != nil {
		return nil, err
	}
	home, first, err := rubyInstalls(a)
	if err != nil {
		return nil, err
	}
	r := &Recipe{
		Whole: true, Programs: []string{"ruby", "bundle", "bundler", "gem", "rake", "irb", "*"},
		Copies: []Copy{{Path: home, Why: "the gems"}, {Path: a.Workdir, Why: "the application"}},
		Leaves: []string{"compilers and development packages that only installing gems needs"},
	}
	if groups := droppedGroups(a, gemfile.Data); groups != "" && first != nil {
		r.Before, r.BeforeAt = []string{"ENV BUNDLE_WITHOUT=" + groups}, first
		r.Env = append(r.Env, "BUNDLE_WITHOUT="+groups)
		r.Leaves = append(r.Leaves, "the gems of the groups "+strings.ReplaceAll(groups, ":", " and "))
		r.Breaks = append(r.Breaks, "An application that loads a gem of the groups "+strings.ReplaceAll(groups, ":", " and ")+" in production")
	}
	r.Packages = a.nativeLibraries(rubyLibraries, names)
	for _, name := range []string{"mini_magick", "image_processing"} {
		if names[name] {
			r.Packages = appendOnce(r.Packages, "imagemagick")
		}
	}
	if runsJavaScript(names) && a.installs("nodejs") {
		r.Packages = appendOnce(r.Packages, "nodejs")
	}
	if names["mimemagic"] {
		r.Packages = appendOnce(r.Packages, "shared-mime-info")
	}
	r.Breaks = append(r.Breaks, "A gem that loads a library of the system which is not in the smaller image")
	slim, ok := slimOf(a)
	if !ok {
		return nil, Refuse(NoRuntime, a.Stage.From, "Use a tag that has a slim variant", "no smaller variant of %s is known", a.Ref.Familiar())
	}
	r.Runtimes = []Runtime{slim}
	return r, nil
}

// runsJavaScript reports whether a gem looks for a JavaScript runtime when the application
// loads it, and ends without.
func runsJavaScript(names map[string]bool) bool {
	return !names["mini_racer"] && slices.ContainsFunc([]string{"execjs", "uglifier", "terser", "coffee-rails", "coffee-script", "autoprefixer-rails", "react-rails"}, func(name string) bool { return names[name] })
}

// copiesRuby reports whether the build copies a file of Ruby.
func (a *App) copiesRuby() bool {
	for _, i := range a.Stage.Instructions {
		for _, w := range dockerfile.ContextSources(i) {
			src := path.Join("/", w.Value)[1:]
			if path.Ext(src) == ".rb" || path.Base(src) == "config.ru" {
				return true
			}
		}
	}
	return a.Has("config.ru", "app.rb", "main.rb", "server.rb", "Rakefile")
}

// rubyStart refuses containers that start Rails in development, or a server that is for
// it.
func rubyStart(a *App, names map[string]bool) error {
	start := a.Starts()
	for _, what := range []string{"bundle install", "bundle update", "assets:precompile"} {
		if strings.Contains(start, what) {
			return Refuse(BuildAtStart, a.StartsIn, "Install and build in a RUN", "the container installs or builds when it starts (%s)", what)
		}
	}
	for _, what := range []string{"jekyll serve", "jekyll s ", "middleman server", "foreman start -f Procfile.dev", "bin/dev", "guard", "rerun", "shotgun"} {
		if strings.Contains(start, what) {
			return Refuse(DevelopmentStart, a.StartsIn, "Start a production server such as puma, or serve the pages that the build makes", "the container starts a development server (%s)", strings.TrimSpace(what))
		}
	}
	if names["rails"] || names["railties"] || strings.Contains(start, "rails s") {
		if env := a.rubyEnvironment(); env != "production" && env != "staging" && !strings.Contains(start, "-e production") && !strings.Contains(start, "RAILS_ENV=production") {
			return Refuse(DevelopmentStart, a.StartsIn, "Set ENV RAILS_ENV=production", "Rails starts in development, because nothing sets RAILS_ENV")
		}
	}
	if a.StartsIn == nil {
		return unknownStart(a)
	}
	return nil
}

// rubyEnvironment is the environment in which the application runs, as the file or all
// Compose services that run it say; "" where they do not.
func (a *App) rubyEnvironment() string {
	for _, name := range []string{"RAILS_ENV", "RACK_ENV", "APP_ENV"} {
		if v, at := a.Build.Variable(a.Stage, nil, name); at != nil {
			return v
		}
	}
	out := ""
	for k, v := range a.Services() {
		env := v.Setting("environment").Node
		value := env.Get("RAILS_ENV").Text()
		for _, line := range env.Texts() {
			if s, ok := strings.CutPrefix(line, "RAILS_ENV="); ok {
				value = s
			}
		}
		if k > 0 && value != out {
			return ""
		}
		out = value
	}
	return out
}
