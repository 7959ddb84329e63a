package dockerfile

import (
	"fmt"
	"strings"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A download is a file that ADD takes from an HTTPS server.
type download struct {
	stage    *dockerfile.Stage
	at       *dockerfile.Instruction
	written  string // the address as it is written
	link     string // with the values of variables
	variable bool   // it is written with variables
}

// checksumFrontend is the minor version of the frontend that introduced ADD --checksum.
const checksumFrontend = 6

// addChecksum adds the fix that writes the checksum, where the person lets files be
// downloaded and nothing stands against it, or else says what does.
func (d download) addChecksum(p *fixer.Pass, f *fixer.Finding) {
	if why := d.obstacle(p); why != "" {
		f.Advice = why
		return
	}
	a, asked := p.Facts.AskFile(d.link)
	switch {
	case !asked:
		f.Advice += ". oakum fix --level review --checksums downloads the file and writes its checksum"
		return
	case a.Failure != nil:
		f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromRegistry, Source: "download", Text: text.Capital(text.VisibleLine(a.Failure.Text))})
		return
	case a.File == nil || !wholeChecksum().MatchString(a.File.Checksum):
		return
	}
	sum, day := a.File.Checksum, a.At.Format(time.DateOnly)
	f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromRegistry, Source: "download",
		Text: fmt.Sprintf("On %s, the file had %s and the checksum %s", day, text.Count(int(a.File.Size), "byte", "bytes"), sum)})
	if a.Old != nil {
		f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromRegistry, Source: "download",
			Text: fmt.Sprintf("The checksum of %s is used, because the file could not be downloaded again: %s", day, text.VisibleLine(a.Old.Text))})
	}
	breaks := fmt.Sprintf("Builds fail when the file behind the URL changes. The checksum is that of the file on %s, and oakum cannot tell whether its author published this file", day)
	if d.variable {
		breaks += ". A build argument that changes the URL needs another checksum"
	}
	file := p.File.Dockerfile
	f.Fixes = []fixer.Fix{{
		ID: "checksum", Title: "Add --checksum=" + sum[:len("sha256:")+12] + "…", Level: fixer.Review, Breaks: breaks,
		Verify: d.verify(sum),
		Edit:   fixer.EditDockerfile(func() ([]text.Edit, error) { return file.AddFlag(d.at, "--checksum="+sum) }),
	}}
	f.Advice = ""
}

var wholeChecksum = text.Regexp(`^sha256:[0-9a-f]{64}$`)

// verify computes the checksum again, unless the address has a part that is not shown.
func (d download) verify(sum string) string {
	if build.ShownURL(d.link) != d.link {
		return "docker build --no-cache .\nsucceeds, and fails if one digit of the checksum is changed"
	}
	return "curl -fsSL " + text.ShellWord(d.link) + " | sha256sum\nprints " + strings.TrimPrefix(sum, "sha256:")
}

// obstacle says what a person has to do before a checksum can be written, as advice;
// "" where nothing stands against it.
func (d download) obstacle(p *fixer.Pass) string {
	sum := "Then add --checksum=sha256:… with the sum that sha256sum prints for the file"
	if why := build.FrontendBefore(p.File.Dockerfile, checksumFrontend, "ADD --checksum needs"); why != "" {
		return "Use a newer frontend first: " + why + ". " + sum
	}
	if len(d.at.Words) != 2 {
		return "Write one ADD for each file, because a checksum is for one file alone. " + sum
	}
	if word := moving().FindStringSubmatch(build.ShownURL(d.link)); word != nil {
		return fmt.Sprintf("Use a URL that contains a version: a checksum of %q would break the build with the next release. %s", word[1], sum)
	}
	for _, name := range variableNames(d.written) {
		for _, v := range p.Topology().Users(p.File.Path) {
			if v.PassesBuildArg(name) {
				return fmt.Sprintf("Service %q in %s sets ARG %s, so the URL is another one. Add --checksum=sha256:… with the sum of that file", v.Name, v.File, name)
			}
		}
	}
	return ""
}

// moving are the words of an address that promise another file tomorrow.
var moving = text.Regexp(`(?i)/(latest|nightly|master|main|head|stable|current|edge|snapshot)(?:/|\.|$)`)

var variableName = text.Regexp(`\$\{?(\w+)`)

// variableNames are the variables that a word reads.
func variableNames(word string) []string {
	var out []string
	for _, m := range variableName().FindAllStringSubmatch(word, -1) {
		out = append(out, m[1])
	}
	return out
}
