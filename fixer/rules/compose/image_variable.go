package compose

import (
	"fmt"
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/text"
)

// tagDefault is what the default of a variable for a tag can be.
var tagDefault = text.Regexp(`^\w[\w.-]*(@sha256:[0-9a-f]{64})?$`)

// inVariable says how an image is pinned whose name comes from variables. A digest
// behind ${TAG} would win over the tag, so that another value would silently change
// nothing. It goes into the default, where whoever gives another value replaces
// both: where one variable is the whole name or the whole tag, and nothing that is
// read here sets it.
func (at *imagePlace) inVariable(p *fixer.Pass, name string) {
	if variable, given, ok := at.view.Given(name); ok && isWhole(name, variable) {
		at.Evidence = append(at.Evidence, fixer.Evidence{Kind: fixer.FromRepository, Place: given.Place, Text: fmt.Sprintf("Variable %s is %s", variable, given.Value)})
		at.Locked, at.Write = fmt.Sprintf("write the digest into the value of variable %s at %s", variable, given.Place), nil
		return
	}
	e, ok := compose.EndingOf(name)
	at.TagOnly = e.Prefix != ""
	if !ok || at.TagOnly && (!strings.HasSuffix(e.Prefix, ":") || !tagDefault().MatchString(e.Default)) {
		at.Locked, at.Write = at.oneVariable(name), nil
		return
	}
	for _, variable := range e.Names {
		if set, ok := setBy(p, at.File, variable); ok {
			at.Evidence = append(at.Evidence, set)
			at.Locked, at.Write = fmt.Sprintf("write the digest into the value of variable %s at %s, so that another tag also replaces the digest", variable, set.Place), nil
			return
		}
	}
	names := strings.Join(e.Names, " or ")
	at.Evidence = append(at.Evidence, fixer.Evidence{Kind: fixer.FromRepository, Text: fmt.Sprintf("The name uses the default of variable %s, which no .env file and no CI file here sets", names)})
	at.Overrides = fmt.Sprintf("An environment that sets %s replaces the tag and the digest together", names)
	at.Piece, at.open, at.Close, at.Unkept = e.Default, e.Open, e.Close, true
	at.How += e.Open
}

// isWhole reports whether a name is a variable, and nothing stands beside it.
func isWhole(name, variable string) bool {
	return name == "$"+variable || strings.HasPrefix(name, "${"+variable) && strings.IndexByte(name, '}') == len(name)-1
}

// oneVariable is the advice for a name that has several variables, or one in its
// middle.
func (at *imagePlace) oneVariable(name string) string {
	why := "A digest behind a variable would override the variable"
	if end := name[strings.LastIndexByte(name, '/')+1:]; !strings.Contains(end, "$") {
		why = "Another registry may have another image under this name"
	}
	return fmt.Sprintf("let one variable be the whole name, with a default that has the digest: ${IMAGE:-%s@sha256:…}. %s", at.Image, why)
}

// setBy returns who gives a variable of a Compose file a value: an environment file
// beside it or above, or a CI file. Which environment file is used depends on where
// Compose is called and with which options, so all of them count, and so does one that
// cannot be read.
func setBy(p *fixer.Pass, file, name string) (by fixer.Evidence, ok bool) {
	set := settings.Of(p)
	by = fixer.Evidence{Kind: fixer.FromRepository, Text: fmt.Sprintf("Variable %s has a value here", name)}
	for dir := path.Dir(file); ; dir = path.Dir(dir) {
		if by.Place = set.beside[dir][name]; by.Place != "" {
			return by, true
		}
		if f := p.Read(path.Join(dir, ".env")); f != nil && f.Skip != nil && f.Skip.Code != fixer.SkipEmpty {
			return fixer.Evidence{Kind: fixer.FromRepository, Place: f.Path, Text: fmt.Sprintf("The file may set variable %s, and is not read: %s", name, f.Skip.Reason)}, true
		}
		if dir == "." || dir == "/" {
			break
		}
	}
	by.Place = set.anywhere[name]
	return by, by.Place != ""
}

// variableSettings are the places that give variables a value.
type variableSettings struct {
	beside   map[string]map[string]string // by directory and name, in environment files
	anywhere map[string]string            // by name, in CI files and in environment files of other names
}

var settings = fixer.NewIndex(
	func(f *fixer.File) bool { return f.Kind == fixer.Environment || f.Workflow != nil },
	func(files []*fixer.File) variableSettings {
		out := variableSettings{map[string]map[string]string{}, map[string]string{}}
		add := func(to map[string]string, name, file string, line int) {
			if to[name] == "" {
				to[name] = fmt.Sprintf("%s:%d", file, line)
			}
		}
		for _, f := range files {
			if f.Workflow != nil {
				for _, v := range f.Workflow.Sets() {
					add(out.anywhere, v.Name, f.Path, v.Line)
				}
				continue
			}
			to := out.anywhere // one that an include names
			if dir := path.Dir(f.Path); compose.IsEnvironment(path.Base(f.Path)) {
				if to = out.beside[dir]; to == nil {
					to = map[string]string{}
					out.beside[dir] = to
				}
			}
			for _, v := range compose.Environment(f.Data) {
				add(to, v.Name, f.Path, v.Line)
			}
		}
		return out
	})
