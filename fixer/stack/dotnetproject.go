package stack

import (
	"encoding/xml"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/buildcontext"
)

// A dotnetProject is what counts here of a project file.
type dotnetProject struct {
	file       Manifest
	sdk        string
	properties map[string]string
}

// project reads a project file of the image; nil where it was not read.
func (a *App) project(p string) *dotnetProject {
	m, ok := a.readAt(p)
	if !ok {
		return nil
	}
	out := &dotnetProject{file: m, properties: map[string]string{}}
	d := xml.NewDecoder(strings.NewReader(string(m.Data)))
	d.Strict = false
	name := ""
	for {
		token, err := d.Token()
		if err != nil {
			return out
		}
		switch t := token.(type) {
		case xml.StartElement:
			name = t.Name.Local
			for _, at := range t.Attr {
				if name == "Project" && at.Name.Local == "Sdk" {
					out.sdk = at.Value
				}
			}
		case xml.CharData:
			if v := strings.TrimSpace(string(t)); v != "" && out.properties[name] == "" {
				out.properties[name] = v
			}
		case xml.EndElement:
			name = ""
		}
	}
}

// projectsIn are the project files in a directory of the image.
func (a *App) projectsIn(dir string) []string {
	var out []string
	for _, name := range a.namesIn(dir) {
		if isDotnetProject(name) {
			out = append(out, name)
		}
	}
	return out
}

func isDotnetProject(name string) bool {
	return slices.Contains([]string{".csproj", ".fsproj", ".vbproj"}, path.Ext(name))
}

// hasProject reports whether a project of a name is in the context.
func (a *App) hasProject(name string) bool {
	for n := range a.Context.Tree.Below(a.Context.Dir) {
		if base := path.Base(n.Path); n.Kind == buildcontext.Plain && isDotnetProject(base) && strings.TrimSuffix(base, path.Ext(base)) == name {
			return true
		}
	}
	return false
}

// web reports whether a project may need ASP.NET Core: it says so, or uses another
// project or a package that may.
func (p *dotnetProject) web() bool {
	data := string(p.file.Data)
	plain := p.sdk == "Microsoft.NET.Sdk" || p.sdk == "Microsoft.NET.Sdk.Worker"
	return !plain || slices.ContainsFunc([]string{"AspNetCore", "<ProjectReference", "Grpc.", "Blazor"}, func(w string) bool { return strings.Contains(data, w) })
}

// frameworkOf is the release that a project targets; "" where that is not known.
func frameworkOf(p *dotnetProject) string {
	if p == nil {
		return ""
	}
	v := p.properties["TargetFramework"]
	for _, prefix := range []string{"netcoreapp", "net"} {
		if rest, ok := strings.CutPrefix(v, prefix); ok && number(rest) > 0 && strings.Contains(rest, ".") {
			rest, _, _ = strings.Cut(rest, "-")
			return rest
		}
	}
	return ""
}
