package stack

import (
	"cmp"
	"encoding/xml"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A pom is what counts here of a pom.xml.
type pom struct {
	ArtifactID string `xml:"artifactId"`
	Version    string `xml:"version"`
	Packaging  string `xml:"packaging"`
	Parent     struct {
		ArtifactID string `xml:"artifactId"`
		Version    string `xml:"version"`
	} `xml:"parent"`
	Modules    []string   `xml:"modules>module"`
	Properties properties `xml:"properties"`
	FinalName  string     `xml:"build>finalName"`
	Needs      []struct {
		Scope    string `xml:"scope"`
		Optional string `xml:"optional"`
	} `xml:"dependencies>dependency"`
}

// properties are the elements below one, by name.
type properties map[string]string

// UnmarshalXML reads the elements below the start element.
func (p *properties) UnmarshalXML(d *xml.Decoder, _ xml.StartElement) error {
	*p = properties{}
	for {
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			var value string
			if err := d.DecodeElement(&value, &t); err != nil {
				return err
			}
			(*p)[t.Name.Local] = strings.TrimSpace(value)
		case xml.EndElement:
			return nil
		}
	}
}

// A mavenProject is a directory of the image in which Maven builds.
type mavenProject struct {
	dir      string
	source   Manifest
	pom      *pom // nil where pom.xml was not read
	packages bool // a phase that makes the jar
	copies   []string
}

// target is the directory that Maven writes.
func (m mavenProject) target() string { return path.Join(m.dir, "target") }

// mavenProjects are the projects that a call of Maven builds: that of its directory and
// the modules of that.
func mavenProjects(a *App, dir string, c build.Command) []mavenProject {
	file := "pom.xml"
	for _, name := range []string{"-f", "--file"} {
		if v, ok := option(c, c.ProgramWord, name); ok {
			file = v
			if path.Base(v) != "pom.xml" && path.Ext(v) != ".xml" {
				file = path.Join(v, "pom.xml")
			}
		}
	}
	at := below(dir, file)
	if at == "" {
		return nil
	}
	packages := c.Has("package", "install", "verify", "deploy")
	var copies []string
	if slices.ContainsFunc(c.Plain(), func(w string) bool {
		return strings.Contains(w, "dependency:") && strings.HasSuffix(w, "copy-dependencies")
	}) {
		copies = []string{"dependency"}
		for _, w := range c.Words {
			if v, ok := strings.CutPrefix(w.Value, "-DoutputDirectory="); ok {
				copies = []string{v}
			}
		}
	}
	return mavenModules(a, path.Dir(at), path.Base(at), packages, copies, 0)
}

func mavenModules(a *App, dir, file string, packages bool, copies []string, depth int) []mavenProject {
	m := mavenProject{dir: dir, packages: packages, copies: copies}
	if data, ok := a.readAt(path.Join(dir, file)); ok {
		var p pom
		d := xml.NewDecoder(strings.NewReader(string(data.Data)))
		d.Strict = false
		m.source = data
		if d.Decode(&p) == nil {
			m.pom = &p
		}
	}
	out := []mavenProject{m}
	if m.pom == nil || depth > 4 {
		return out
	}
	for _, module := range m.pom.Modules {
		module = strings.TrimSpace(module)
		if module = path.Clean(module); !strings.HasPrefix(module, "..") && !path.IsAbs(module) {
			out = append(out, mavenModules(a, path.Join(dir, module), "pom.xml", packages, copies, depth+1)...)
		}
	}
	return out
}

// resolve puts properties into a text; what no property of the file says becomes *.
func (p *pom) resolve(s string) string {
	for range 4 {
		s = mavenProperty().ReplaceAllStringFunc(s, func(ref string) string {
			name := ref[2 : len(ref)-1]
			switch name {
			case "project.artifactId", "artifactId", "pom.artifactId":
				return p.ArtifactID
			case "project.version", "version", "pom.version":
				if p.Version == "" {
					return p.Parent.Version
				}
				return p.Version
			case "project.packaging":
				return p.Packaging
			case "project.build.directory", "basedir":
				return ref
			}
			if v, ok := p.Properties[name]; ok {
				return v
			}
			return "*"
		})
	}
	return s
}

var mavenProperty = text.Regexp(`\$\{[\w.-]+\}`)

// names are the patterns of names, without extension, that the jar of a project may
// have.
func (p *pom) names() []string {
	name := p.FinalName
	if name == "" {
		name = "${project.artifactId}-${project.version}"
	}
	name = strings.TrimSpace(p.resolve(name))
	return []string{name, name + "-*"} // the second one with a classifier
}

// jar adds the jar at from, which ends up at p.
func (m mavenProject) jar(a *App, r *Recipe, from, p string) error {
	if !m.packages {
		return Refuse(UnknownOutput, a.StartsIn, "Run mvn package in the Dockerfile", "the container starts %s, and no command in the file runs the phase that writes it (mvn package)", text.VisibleLine(p))
	}
	name := path.Base(from)
	if m.pom == nil {
		return Refuse(UnknownOutput, a.StartsIn, "Copy pom.xml of the module into the build context", "the pom.xml that names %s was not read", text.VisibleLine(name))
	}
	if strings.Contains(string(m.source.Data), "<outputDirectory>") && !strings.Contains(string(m.source.Data), "copy-dependencies") && strings.Contains(string(m.source.Data), "maven-jar-plugin") {
		return Refuse(UnknownOutput, a.StartsIn, "Leave outputDirectory out of pom.xml", "%s tells a plugin where to write, so that the place of the jar is not known", m.source.Path)
	}
	if strings.Contains(name, "*") && from == p { // a shell finds it when the container starts
		r.add(path.Dir(from), "mvn package")
		return m.beside(a, r, p)
	}
	if !strings.Contains(name, "*") && !m.agrees(name) {
		return Refuse(Disagreement, a.StartsIn, "Start the jar by the name that pom.xml gives it", "the container starts %s, but %s names the jar %s", text.VisibleLine(name), m.source.Path,
			text.VisibleLine(m.pom.names()[0]+"."+cmp.Or(m.pom.Packaging, "jar")))
	}
	if build.Within(from, path.Join(m.target(), "quarkus-app")) { // its jar needs what lies beside it
		p = path.Dir(p)
	}
	r.add(p, "mvn package")
	r.layered(a, p, m.source)
	r.Evidence = append(r.Evidence, fact(m.source, "The build packages "+text.VisibleLine(m.pom.ArtifactID)+", which the container starts as "+text.VisibleLine(path.Base(p))))
	return m.beside(a, r, p)
}

// agrees reports whether the project may give its jar that name.
func (m mavenProject) agrees(name string) bool {
	if name == "quarkus-run.jar" {
		return strings.Contains(string(m.source.Data), "quarkus")
	}
	stem := strings.TrimSuffix(name, path.Ext(name))
	if slices.ContainsFunc(m.pom.names(), func(pattern string) bool {
		match, err := path.Match(pattern, stem)
		return err == nil && match
	}) {
		return true
	}
	// Plugins that pack a jar with its dependencies may give it a name of their own.
	data := string(m.source.Data)
	for _, element := range []string{"finalName", "outputFile", "outputDirectory"} {
		for rest := data; ; {
			_, after, ok := strings.Cut(rest, "<"+element+">")
			if !ok {
				break
			}
			value, tail, _ := strings.Cut(after, "</")
			rest = tail
			base := path.Base(m.pom.resolve(strings.TrimSpace(value)))
			if match, err := path.Match(strings.TrimSuffix(base, ".jar"), stem); err == nil && match {
				return true
			}
		}
	}
	return false
}

// packers are words of a pom.xml of which one means that the jar contains its
// dependencies.
var packers = []string{"spring-boot-maven-plugin", "maven-shade-plugin", "maven-assembly-plugin", "quarkus", "vertx-maven-plugin", "micronaut-maven-plugin", "onejar-maven-plugin", "native-maven-plugin"}

// beside adds the dependencies of a jar that does not contain them, or refuses it.
func (m mavenProject) beside(a *App, r *Recipe, p string) error {
	data := string(m.source.Data)
	for _, dir := range m.copied() {
		r.add(dir, "the dependencies")
	}
	switch {
	case slices.ContainsFunc(packers, func(word string) bool { return strings.Contains(data, word) }):
		return nil
	case !m.needs() || len(m.copied()) > 0:
		return nil
	case m.pom.Parent.ArtifactID != "" && m.pom.Parent.ArtifactID != "spring-boot-starter-parent":
		return Refuse(UnknownOutput, a.StartsIn, "Name the plugin that packs the dependencies in pom.xml of the module", "%s does not say whether %s contains its dependencies", m.source.Path, text.VisibleLine(path.Base(p)))
	}
	return Refuse(UnknownOutput, a.StartsIn, "Pack the dependencies into the jar (maven-shade-plugin, or spring-boot-maven-plugin)",
		"%s lists dependencies, and nothing in it packs them into %s", m.source.Path, text.VisibleLine(path.Base(p)))
}

// needs reports whether the application has dependencies when it runs.
func (m mavenProject) needs() bool {
	return slices.ContainsFunc(m.pom.Needs, func(d struct {
		Scope    string `xml:"scope"`
		Optional string `xml:"optional"`
	}) bool {
		return d.Scope == "" || d.Scope == "compile" || d.Scope == "runtime"
	})
}

// copied are the directories into which the build copies the dependencies.
func (m mavenProject) copied() []string {
	var out []string
	for _, dir := range m.copies {
		if !path.IsAbs(dir) {
			dir = strings.TrimPrefix(dir, "target/")
			dir = path.Join(m.target(), dir)
		}
		out = append(out, dir)
	}
	if m.pom == nil {
		return out
	}
	data := string(m.source.Data)
	_, after, ok := strings.Cut(data, "copy-dependencies")
	if !ok {
		return out
	}
	after, _, _ = strings.Cut(after, "</execution>")
	dir := "dependency"
	if _, value, ok := strings.Cut(after, "<outputDirectory>"); ok {
		value, _, _ = strings.Cut(value, "</")
		dir = m.pom.resolve(strings.TrimSpace(value))
		dir = strings.TrimPrefix(strings.TrimPrefix(dir, "${project.build.directory}/"), "${basedir}/target/")
	}
	if strings.ContainsAny(dir, "$*") {
		return out
	}
	if !path.IsAbs(dir) {
		dir = path.Join(m.target(), strings.TrimPrefix(dir, "target/"))
	}
	return append(out, dir)
}

// file adds an entry of the class path in the directory that Maven writes.
func (m mavenProject) file(a *App, r *Recipe, p string) error {
	dir := strings.TrimSuffix(p, "/*")
	switch {
	case dir == path.Join(m.target(), "classes"):
		r.add(dir, "the compiled classes")
		return nil
	case slices.Contains(m.copied(), dir):
		r.add(dir, "the dependencies")
		return nil
	case strings.HasSuffix(p, ".jar") && m.pom != nil && m.packages && m.agrees(path.Base(p)):
		r.add(p, "mvn package")
		return nil
	case dir == m.target() && m.packages:
		r.add(dir, "mvn package")
		return nil
	}
	return Refuse(UnknownOutput, a.StartsIn, "Copy the dependencies with maven-dependency-plugin, and name the directory in pom.xml",
		"the class path names %s, and nothing in the file or in pom.xml is known to fill it", text.VisibleLine(p))
}

// MavenJar is the name of the jar that a pom.xml packages, with * for what it does not say; ""
// where it cannot be read.
func MavenJar(data []byte) string {
	var p pom
	d := xml.NewDecoder(strings.NewReader(string(data)))
	d.Strict = false
	if d.Decode(&p) != nil || p.ArtifactID == "" {
		return ""
	}
	return path.Base(p.names()[0]) + "." + cmp.Or(p.Packaging, "jar")
}
