package dockerfile

import (
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// addSource is what is known of one source of an ADD.
type addSource struct {
	needsADD bool   // a URL, a repository or an archive
	doubt    string // why COPY may differ; "" when it cannot
	evidence fixer.Evidence
}

var variable = text.Regexp(`\$\{?([A-Za-z_][A-Za-z0-9_]*)`)

// readSource judges a source by its name. A variable is followed to the default
// the file gives it, which a build may override, so that only the fixed end of
// the name can prove anything.
func readSource(p *fixer.Pass, s *dockerfile.Stage, i *dockerfile.Instruction, w dockerfile.Word) addSource {
	at := source(p, i)
	name := w.Value
	if len(i.Heredocs) > 0 && strings.HasPrefix(w.Raw, "<<") {
		return addSource{evidence: fixer.Evidence{Kind: fixer.FromDockerfile, Place: at, Text: name + " is a heredoc, which ADD and COPY write in the same way"}}
	}
	if dockerfile.IsRemote(name) {
		return addSource{needsADD: true}
	}
	if m := variable().FindStringSubmatch(name); m != nil {
		text, from := build.Of(p.File).Expand(s, i, name)
		switch kind := fileKind(name); {
		case dockerfile.IsRemote(text) || fileKind(text) == archive || kind == archive:
			return addSource{needsADD: true}
		case kind == plain && !strings.HasPrefix(name, "$"):
			return addSource{evidence: fixer.Evidence{Kind: fixer.FromDockerfile, Place: at, Text: name + " does not have the name of a tar archive, for any value of the variable"}}
		case from != nil:
			return addSource{
				doubt:    "Builds that set " + m[1] + " to a URL fail, and archives that the variable names are no longer unpacked",
				evidence: fixer.Evidence{Kind: fixer.FromDockerfile, Place: source(p, from), Text: name + " is " + text + " by default"},
			}
		}
		return addSource{
			doubt:    "The value of " + m[1] + " is unknown: a URL makes the build fail, and a tar archive is no longer unpacked",
			evidence: fixer.Evidence{Kind: fixer.FromDockerfile, Place: at, Text: "The value of " + name + " is unknown"},
		}
	}
	switch fileKind(name) {
	case archive:
		return addSource{needsADD: true}
	case plain:
		return addSource{evidence: fixer.Evidence{Kind: fixer.FromDockerfile, Place: at, Text: name + " does not have the name of a tar archive"}}
	case folder:
		return addSource{evidence: fixer.Evidence{Kind: fixer.FromDockerfile, Place: at, Text: name + " is a directory, and ADD does not unpack archives in directories"}}
	}
	return addSource{
		doubt:    "If " + name + " is a tar archive, COPY does not unpack it",
		evidence: fixer.Evidence{Kind: fixer.FromDockerfile, Place: at, Text: name + " may be a directory, a file or an archive"},
	}
}

// nameKind is what a path in the build context is, by its name.
type nameKind int

const (
	unclear nameKind = iota
	plain            // a file that is no tar archive
	folder
	archive
)

// fileKind judges the last part of a path, a pattern by its fixed end.
func fileKind(name string) nameKind {
	if name == "" {
		return unclear
	}
	if strings.HasSuffix(name, "/") {
		return folder
	}
	base := strings.ToLower(path.Base(strings.ReplaceAll(name, `\`, "/")))
	if base == "." || base == ".." {
		return folder
	}
	if build.IsArchive(base) {
		return archive
	}
	fixed := base[strings.LastIndexAny(base, "*?]})")+1:]
	if plainNames[fixed] && fixed == base {
		return plain
	}
	dot := strings.LastIndexByte(fixed, '.')
	switch {
	case dot < 0:
		return unclear
	case plainEndings[fixed[dot+1:]]:
		return plain
	case dot == 0 && fixed == base && !strings.Contains(base[1:], "."):
		return plain // .bashrc, .npmrc
	}
	return unclear
}

// plainEndings are endings of files that no one writes a tar archive under. Zip
// archives are among them: ADD does not unpack those.
var plainEndings = text.WordSet(`
	txt md rst adoc log csv tsv json json5 jsonc yml yaml toml xml xsd xsl ini cfg cnf conf config properties env rc list lock
	sh bash zsh fish ksh ps1 bat cmd awk sed py pyc pyi ipynb rb erb pl pm php lua r jl go mod sum rs c h cc cpp hpp cs fs vb
	java kt kts scala groovy gradle sbt clj ex exs erl hs ml swift dart js mjs cjs jsx ts tsx vue svelte css scss sass less
	html htm xhtml ejs hbs tpl tmpl template j2 jinja mustache svg png jpg jpeg gif ico webp avif woff woff2 ttf otf eot mp3 mp4
	pdf sql ddl graphql proto avsc thrift tf hcl rego rules repo service socket timer target mount desktop patch diff
	jar war ear class whl egg zip deb rpm so dll exe wasm bin pem crt cer der key pub csr p12 pfx jks asc gpg sig
	csproj fsproj vbproj sln props nuspec cabal gemspec podspec prisma dockerfile vim vimrc nanorc types map mk cmake am ac
	bashrc profile gitignore npmrc mo po pot hjson dtd wsdl ftl jsp policy
`)

// plainNames are files without an ending that are text by convention, and
// folders whose name says so.
var plainNames = text.WordSet(`dockerfile makefile gemfile rakefile procfile pipfile vagrantfile jenkinsfile caddyfile license licence
	readme notice changelog authors copying version mvnw gradlew crontab hosts motd artisan entrypoint
	node_modules src app lib bin dist public static assets templates conf config scripts test tests docs resources migrations
	vendor packages components views models controllers`)
