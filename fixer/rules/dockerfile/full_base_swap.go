package dockerfile

import (
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/multistage"
	"github.com/oakum-sec/oakum/fixer/text"
)

// slimFix takes the slim variant in the place of a full base image that only runs files;
// ok is false where the file, or what is beside it, may need what the full image has.
func slimFix(p *fixer.Pass, slim string) (fix fixer.Fix, ok bool) {
	if !multistage.OnlyRuns(p) {
		return fix, false
	}
	file := p.File.Dockerfile
	from := file.Final().From
	return fixer.Fix{
		ID: "slim", Level: fixer.Review,
		Title:  fmt.Sprintf("Use %s as the base image", text.VisibleLine(slim)),
		Breaks: "An application that calls a command of the larger image, such as git or curl, or loads one of its libraries",
		Verify: "docker build -t IMAGE . && docker run --rm IMAGE\nstarts the application\n\ndocker image ls IMAGE\nshows a smaller image than before",
		Edit: fixer.EditDockerfile(func() ([]text.Edit, error) {
			return file.ReplaceWord(from, from.Words[0], slim)
		}, dockerfile.FieldBase),
	}, true
}
