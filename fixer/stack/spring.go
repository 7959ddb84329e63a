package stack

import (
	"path"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/text"
)

// layersDir is where the build stage puts the layers of a jar.
const layersDir = "/layers"

// springLayers are those that a jar of Spring Boot has, from the one that changes least.
// Source: Spring Boot 3.5 reference, "Dockerfiles".
var springLayers = []string{"dependencies", "spring-boot-loader", "snapshot-dependencies", "application"}

var (
	springParent = text.Regexp(`(?s)<parent>.*?<artifactId>\s*spring-boot-starter-parent\s*</artifactId>\s*<version>\s*(\d+)\.(\d+)\.`)
	springPlugin = text.Regexp(`org\.springframework\.boot["']\)?\s*(?:version\s*)?\(?["'](\d+)\.(\d+)\.`)
	// springOwn are settings that change what is in the jar.
	springOwn = text.Regexp(`<executable>\s*true|<layers>|layered\s*[{=]|launchScript`)
)

// layered offers the jar at p in layers, so that a pull of a new version transfers only
// what changed: dependencies lie beside a small jar, which starts in the same way.
// The build files say the version of Spring Boot, whose tools can do that since 3.3.
func (r *Recipe) layered(a *App, p string, files ...Manifest) {
	dir := path.Dir(p)
	if dir == "/" || path.Ext(p) != ".jar" || strings.ContainsAny(p, "*?[ ") || a.HasInImage(layersDir) || !a.rootBuilds() {
		return
	}
	for _, f := range files {
		if springOwn().Match(f.Data) {
			return
		}
		m := springParent().FindSubmatch(f.Data)
		if m == nil {
			m = springPlugin().FindSubmatch(f.Data)
		}
		if m == nil {
			continue
		}
		major, _ := strconv.Atoi(string(m[1]))
		minor, _ := strconv.Atoi(string(m[2]))
		if major < 3 || major == 3 && minor < 3 {
			return
		}
		l := &Layers{Jar: p, After: []string{"RUN java -Djarmode=tools -jar " + p + " extract --layers --destination " + layersDir}}
		for _, name := range springLayers {
			l.Copies = append(l.Copies, Copy{Path: dir + "/", From: path.Join(layersDir, name) + "/", Why: "the layer " + name + " of the jar", Apart: true})
		}
		l.Why = fact(f, "the jar is one of Spring Boot "+string(m[1])+"."+string(m[2])+", whose tools extract it in layers")
		r.Layers = l
		return
	}
}

// rootBuilds reports whether root runs the steps of the build, which may write anywhere.
func (a *App) rootBuilds() bool {
	for _, st := range a.Steps {
		if u := a.Stage.UserAt(st.Instruction); u.At != nil || a.Base.Default.IsNonRoot() {
			return false
		}
	}
	return true
}

// HasInImage reports whether an instruction of the stage names a path of the image.
func (a *App) HasInImage(p string) bool {
	for _, i := range a.Stage.Instructions {
		if strings.Contains(i.Text(), p) {
			return true
		}
	}
	return build.Within(a.Workdir, p)
}
