package stack

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// rubyInstalls reads where gems are installed, and the first instruction that runs
// Bundler for it.
func rubyInstalls(a *App) (home string, first *dockerfile.Instruction, err error) {
	home = gems
	installs := false
	if v, at := a.Build.Variable(a.Stage, nil, "BUNDLE_PATH"); at != nil {
		if home = a.Absolute(nil, v); home == "" {
			return "", nil, Refuse(UnknownOutput, at, "Name the directory without a variable", "a variable decides where Bundler puts the gems")
		}
	}
	a.Commands(func(st build.Step, c build.Command) {
		in := c.Install
		if in == nil || in.Language != "Ruby" {
			if c.Program == "bundle" && c.Has("config") && c.Has("path") {
				args := c.Plain()
				if home = a.Absolute(st.Instruction, args[len(args)-1]); home == "" || c.Has("--global") {
					err = Refuse(UnknownOutput, st.Instruction, "Leave the path of Bundler as it is", "line %d sets where Bundler puts the gems", st.Instruction.Line)
				}
			}
			return
		}
		installs = true
		if in.Name == "bundler" {
			if first == nil {
				first = st.Instruction
			}
			if v, ok := option(c, c.ProgramWord, "--path"); ok {
				if home = a.Absolute(st.Instruction, v); home == "" {
					err = Refuse(UnknownOutput, st.Instruction, "Name the directory without a variable", "a variable decides where Bundler puts the gems")
				}
			}
		}
	})
	if err == nil && !installs {
		err = Refuse(Disagreement, nil, "Install the gems with bundle install in the Dockerfile", "nothing in the file installs the gems of the application")
	}
	return home, first, err
}

// droppedGroups are the groups of the Gemfile that production leaves out, with colons
// between; "" where the file says so itself, or does not run in production.
func droppedGroups(a *App, gemfile []byte) string {
	if env := a.rubyEnvironment(); env != "production" {
		return ""
	}
	for _, name := range []string{"BUNDLE_WITHOUT", "BUNDLE_ONLY", "BUNDLE_WITH"} {
		if _, at := a.Build.Variable(a.Stage, nil, name); at != nil {
			return ""
		}
	}
	said := false
	a.Commands(func(st build.Step, c build.Command) {
		said = said || c.Program == "bundle" && (c.Has("--without", "without", "--with", "with", "only") || c.Has("config") && c.Has("production"))
		if w := rubyDoes(a, st, c); w != nil && w.Develops && c.Install == nil {
			said = true // tests in the build need them
		}
		said = said || a.bootsInDevelopment(st, c)
		for _, w := range c.Args() {
			said = said || strings.HasPrefix(w.Value, "--without=")
		}
	})
	if said {
		return ""
	}
	var out []string
	for _, group := range []string{"development", "test"} {
		if slices.ContainsFunc(strings.Split(string(gemfile), "\n"), func(line string) bool {
			line, _, _ = strings.Cut(line, "#")
			return strings.Contains(line, "group") && (strings.Contains(line, ":"+group) || strings.Contains(line, `"`+group+`"`))
		}) {
			out = append(out, group)
		}
	}
	if len(out) == 2 {
		return `"` + strings.Join(out, ":") + `"`
	}
	return strings.Join(out, ":")
}

// bootsInDevelopment reports whether a command of a build starts Rails as it is in
// development, when settings of it may name gems of that group.
func (a *App) bootsInDevelopment(st build.Step, c build.Command) bool {
	if !slices.Contains([]string{"rails", "rake"}, c.Program) && !(c.Program == "bundle" && c.Has("exec") && c.Has("rails", "rake", "bin/rails", "bin/rake")) {
		return false
	}
	for _, name := range []string{"RAILS_ENV", "RACK_ENV"} {
		if v, at := a.Build.Variable(a.Stage, st.Instruction, name); at != nil {
			return v != "production"
		}
		if slices.ContainsFunc(slices.Concat(c.Assigns, c.Words), func(w dockerfile.Word) bool { return w.Value == name+"=production" }) {
			return false
		}
	}
	return true
}

// gemNames are the names of gems that the Gemfile, its lock file and the RUNs list.
func gemNames(a *App) map[string]bool {
	out := map[string]bool{}
	for _, name := range a.find("Gemfile", "Gemfile.lock", "gems.rb", "gems.locked") {
		for line := range strings.Lines(string(a.read(path.Join(a.Context.Dir, name)))) {
			if m := gemLine().FindStringSubmatch(line); m != nil {
				out[cmp.Or(m[1], m[2])] = true
			}
		}
	}
	a.Commands(func(_ build.Step, c build.Command) {
		if c.Install != nil && c.Install.Name == "gem" {
			for _, w := range c.Plain() {
				name, _, _ := strings.Cut(w, ":")
				out[name] = true
			}
		}
	})
	return out
}

// gemLine matches a gem in a Gemfile or in the list of specs of a lock file.
var gemLine = text.Regexp(`^\s*gem[ (]+["']([\w.-]+)["']|^    ([\w.-]+) \(`)

// rubyLibraries are gems that are linked against libraries of the distribution, or load
// them, with the development package that has these.
var rubyLibraries = map[string]string{
	"pg": "libpq-dev", "mysql2": "default-libmysqlclient-dev", "trilogy": "libssl-dev", "sqlite3": "libsqlite3-dev", "rmagick": "libmagickwand-dev", "ruby-vips": "libvips-dev", "image_processing": "libvips-dev",
	"charlock_holmes": "libicu-dev", "curb": "libcurl4-openssl-dev", "ethon": "libcurl4-openssl-dev", "typhoeus": "libcurl4-openssl-dev", "tiny_tds": "freetds-dev", "ruby-filemagic": "libmagic-dev",
	"idn-ruby": "libidn-dev", "rgeo": "libgeos-dev", "ffi-geos": "libgeos-dev", "rugged": "libssh2-1-dev", "ruby-ldap": "libldap2-dev", "unicode-icu": "libicu-dev", "snappy": "libsnappy-dev", "ruby-odbc": "unixodbc-dev",
	"ffi-rzmq": "libzmq3-dev", "gssapi": "libkrb5-dev", "krb5": "libkrb5-dev", "taglib-ruby": "libtag1-dev", "zbar": "libzbar-dev", "cairo": "libcairo2-dev", "pango": "libpango1.0-dev", "rrd-ffi": "librrd-dev", "nokogiri-happymapper": "libxml2-dev",
}
