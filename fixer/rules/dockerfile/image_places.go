package dockerfile

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/pin"
	"github.com/oakum-sec/oakum/fixer/text"
)

// An imagePlace is a place in a Dockerfile that names an image to be pulled.
type imagePlace struct {
	pin.Place
	line     int  // of the instruction or directive
	ships    bool // it is the base of a stage that ends up in an image
	frontend bool // it is the frontend, which a source policy may not reach
}

// eachImage asks about every place that names an image and reports what comes back.
func eachImage(p *fixer.Pass, judge func(p *fixer.Pass, at pin.Place) (fixer.Finding, bool)) {
	pin.Each(p, Pins(p), judge)
}

// Pins returns the places of a Dockerfile that name an image to be pulled.
func Pins(p *fixer.Pass) []pin.Place {
	var out []pin.Place
	for _, at := range imagePlaces.Of(p) {
		out = append(out, at.Place)
	}
	return out
}

// imagePlaces are the places that name an image: the directive syntax, FROM,
// COPY --from and RUN --mount=from. Stages, build contexts with a name and
// triggers are none.
var imagePlaces = fixer.Share(func(p *fixer.Pass) []imagePlace {
	var out []imagePlace
	contexts := buildContexts(p)
	add := func(at imagePlace) {
		if contexts[at.Image] {
			return
		}
		at.File, at.Kind, at.Where = p.File.Path, fixer.FromDockerfile, fmt.Sprintf("%s:%d", p.File.Path, at.line)
		out = append(out, at)
	}
	file := p.File.Dockerfile
	if d, ok := file.Directive("syntax"); ok {
		add(syntaxPlace(p, d))
	}
	kept := build.InFinalImage(p)
	for _, s := range file.Stages {
		if s.Parent == nil && s.Image != "" {
			at := fromPlace(p, s)
			at.ships = kept[s]
			add(at)
		}
	}
	build.Each(file, func(_ *dockerfile.Stage, i, _ *dockerfile.Instruction) {
		if i.OnBuild {
			return
		}
		for _, at := range flagPlaces(p, i) {
			add(at)
		}
	})
	return out
})

// syntaxPlace is the image of the frontend; options of it may follow.
func syntaxPlace(p *fixer.Pass, d dockerfile.Directive) imagePlace {
	name, _, _ := strings.Cut(d.Value, " ")
	at := imagePlace{line: d.Line, frontend: true}
	at.Path, at.Start, at.End = "syntax", d.Start, d.End
	at.Image, at.How, at.Piece = name, "# syntax=", name
	from := bytes.LastIndex(p.File.Data[d.Start:d.End], []byte(name))
	if name == "" || from < 0 {
		at.Locked = "write the digest after the name of the frontend"
		return at
	}
	from += d.Start
	at.Write = func(piece string) func(*fixer.Draft) error {
		return fixer.EditDockerfile(func() ([]text.Edit, error) {
			return []text.Edit{{Start: from, End: from + len(name), New: piece}}, nil
		})
	}
	return at
}

// fromPlace is the base image of a stage.
func fromPlace(p *fixer.Pass, s *dockerfile.Stage) imagePlace {
	at := imagePlace{line: s.From.Line}
	at.Path, at.Start, at.End = place(p.File.Dockerfile, s.From), s.From.Start, s.From.End
	at.Image, at.How, at.Piece = s.Image, "FROM ", s.Image
	if !strings.Contains(s.Platform, "$") {
		at.Platform = s.Platform
	}
	if len(s.Args) == 0 {
		at.Write = replaceWord(p.File.Dockerfile, s.From, s.BaseWord, s.Image)
		return at
	}
	at.Evidence = []fixer.Evidence{{Kind: fixer.FromDockerfile, Text: fmt.Sprintf("The name uses the default of ARG %s, which a build can override", strings.Join(s.Args, ", "))}}
	argumentPlace(p, s, &at.Place)
	return at
}

// flagPlaces are the images that COPY and RUN take files from. Variables are
// not expanded there, by BuildKit either.
func flagPlaces(p *fixer.Pass, i *dockerfile.Instruction) []imagePlace {
	var out []imagePlace
	file := p.File.Dockerfile
	add := func(how string, word dockerfile.Word, ref string) {
		if ref == "" || strings.Contains(ref, "$") || build.StageNamed(file, ref) != nil || isNumber(ref) {
			return
		}
		at := imagePlace{line: i.Line}
		at.Path, at.Start, at.End = fmt.Sprintf("%s: %s", place(file, i), ref), i.Start, i.End
		at.Image, at.How, at.Piece = ref, how, ref
		at.Write = replaceWord(file, i, word, ref)
		out = append(out, at)
	}
	for _, flag := range i.Flags {
		switch {
		case i.Keyword == "COPY" && flag.Name == "from":
			add("COPY --from=", flag.Arg, flag.Value)
		case i.Keyword == "RUN" && flag.Name == "mount":
			for _, o := range flag.Options() {
				if o.Key == "from" {
					add("RUN --mount=from=", o.Arg, o.Value)
				}
			}
		}
	}
	return out
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }

// replaceWord writes a piece in the place of what a word says, within its quotes
// where it has some.
func replaceWord(file *dockerfile.File, i *dockerfile.Instruction, word dockerfile.Word, was string) func(string) func(*fixer.Draft) error {
	return func(piece string) func(*fixer.Draft) error {
		return fixer.EditDockerfile(func() ([]text.Edit, error) {
			if strings.Count(word.Raw, was) != 1 {
				return nil, fixer.Refuse("the reference is written with escapes: write %s by hand", piece)
			}
			return file.ReplaceWord(i, word, strings.Replace(word.Raw, was, piece, 1))
		}, dockerfile.FieldBase)
	}
}

// buildContexts returns the names that Compose files give to further build
// contexts of this Dockerfile: they hide images of the same name.
func buildContexts(p *fixer.Pass) map[string]bool {
	out := map[string]bool{}
	for _, v := range p.Topology().Users(p.File.Path) {
		contexts := v.Setting("build").Node.Get("additional_contexts")
		for name := range contexts.All() {
			out[name] = true
		}
		for _, item := range contexts.List() {
			name, _, _ := strings.Cut(item.Text(), "=")
			out[name] = true
		}
	}
	return out
}

// Images returns the images that a Dockerfile names.
func Images(p *fixer.Pass) []fixer.NamedImage {
	var out []fixer.NamedImage
	for _, at := range imagePlaces.Of(p) {
		if name, ok := at.Pulled(p); ok {
			out = append(out, fixer.NamedImage{Image: name, File: p.File.Path, Line: at.line, Base: at.ships})
		}
	}
	return out
}
