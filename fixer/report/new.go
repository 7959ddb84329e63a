package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A New is the report of a service that oakum new makes.
type New struct {
	Stack     string // by its name
	Title     string // with its version, for people
	Name      string // of the service
	Directory string // as it was given
	Files     []NewFile
	Changes   []engine.Change // what the directory does not hold yet, relative to the root
	Written   []string        // what was written, as the person calls it; nil for nothing
	Scan      *Scan           // of all files

	// Of a project that is there: what was read in it, with the place, and what was assumed.
	Detected       bool
	Facts, Assumes []string
	Breaks         string // what can stop working in its image; "" for nothing that is known
}

// A NewFile is one file of a service, by its path in the directory.
type NewFile struct {
	Path    string
	Content []byte
}

// A NewStack is a stack that a service can be made of.
type NewStack struct {
	Name    string
	Also    []string // other names
	Title   string
	Version string
	Images  []string // those of its build first
	Support []NewSupport
}

// A NewSupport says until when a release receives security updates.
type NewSupport struct {
	Of  string
	End string // as 2006-01-02; "" where none is announced
}

// Patch writes what would be written as a patch: files that are new, and the difference to
// those that are there.
func (n *New) Patch(w io.Writer, st Style) error {
	return (&Fix{Changes: n.Changes}).Patch(w, st)
}

// Text says what was written, what a scan finds in it, and what to do next.
func (n *New) Text(w io.Writer, st Style, undo string) error {
	p := &printer{w: w, st: st}
	if len(n.Written) == 0 {
		p.line("All files are there already: nothing was written")
	} else {
		p.line(text.Count(len(n.Written), "file", "files"), " written for ", st.paint(bold, n.Name), " (", n.Title, "):")
	}
	for _, f := range n.Written {
		p.line("  ", st.paint("0", f))
	}
	p.line()
	n.read(p)
	n.check(p)
	dir := text.ShellWord(n.Directory)
	p.line("Pin the images      oakum fix --level review --select '*/unpinned-image' --allow-dirty ", dir, "   (asks registries)")
	if n.Detected {
		p.line("Run it              docker compose --project-directory ", dir, " up --build --detach --wait")
	} else {
		p.line("Run it              see ", st.paint("0", strings.TrimSuffix(n.Directory, "/")+"/README.md"))
	}
	if undo != "" && len(n.Written) > 0 {
		where := "" // a command with a path says it itself
		if !strings.Contains(undo, "/") {
			where = "   (from this directory)"
		}
		p.line("Take it back        ", undo, where)
	}
	return p.err
}

// Preview prints what would be written, as a patch or as JSON, and to talk what a scan finds in it.
func (n *New) Preview(w, talk io.Writer, st Style, asJSON bool) error {
	if asJSON {
		return n.JSON(w)
	}
	if err := n.Patch(w, st); err != nil {
		return err
	}
	return n.Check(talk, Style{Name: st.Name})
}

// read says what was read in a project that is there, and what was assumed.
func (n *New) read(p *printer) {
	if !n.Detected {
		return
	}
	for _, part := range []struct {
		title string
		lines []string
	}{{"Read in the project:", n.Facts}, {"Assumed:", n.Assumes}} {
		if len(part.lines) > 0 {
			p.line(part.title)
		}
		for _, line := range part.lines {
			p.line("  ", line)
		}
	}
	if n.Breaks != "" {
		p.line("What can stop working in the image:")
		p.line("  ", n.Breaks)
	}
	p.line()
}

// Check says what a scan finds in the files.
func (n *New) Check(w io.Writer, st Style) error {
	p := &printer{w: w, st: st}
	n.read(p)
	n.check(p)
	return p.err
}

// check says what was found but images without a digest, which nobody can pin without asking
// registries.
func (n *New) check(p *printer) {
	pins := 0
	var others []*fixer.Finding
	for _, f := range n.Scan.Findings {
		if strings.HasSuffix(f.Rule, "/unpinned-image") {
			pins++
		} else {
			others = append(others, f)
		}
	}
	line := "Scan of the files: no findings"
	if len(others) > 0 {
		line = "Scan of the files: " + text.Count(len(others), "finding", "findings")
	}
	if pins > 0 {
		join := " but "
		if len(others) > 0 {
			join = " and "
		}
		line += join + fmt.Sprintf("%s without a digest, for which registries have to be asked", text.Count(pins, "image", "images"))
	}
	p.line(line)
	for _, f := range others {
		p.line("  ", p.st.severity(f.Severity, severityWidth), "  ", p.st.place("0", f.File, f.Line), "  ", text.VisibleLine(f.Message))
	}
}

type jsonNew struct {
	Version   int           `json:"version"`
	Stack     string        `json:"stack"`
	Name      string        `json:"name"`
	Directory string        `json:"directory"`
	Files     []jsonNewFile `json:"files"`
	Written   []string      `json:"written"`  // empty with --dry-run
	Findings  []jsonFound   `json:"findings"` // of a scan of the files
	Score     int           `json:"score"`

	Facts   []string `json:"facts,omitempty"` // of a project that is there
	Assumes []string `json:"assumes,omitempty"`
	Breaks  string   `json:"breaks,omitempty"`
}

type jsonNewFile struct {
	Path    string `json:"path"` // in the directory
	Content string `json:"content"`
}

type jsonFound struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	File     string `json:"file"`
	Message  string `json:"message"`
}

// JSON writes the service as one object.
func (n *New) JSON(w io.Writer) error {
	out := jsonNew{Version: JSONVersion, Stack: n.Stack, Name: n.Name, Directory: n.Directory, Written: append([]string{}, n.Written...), Findings: []jsonFound{}, Score: n.Scan.Score, Facts: n.Facts, Assumes: n.Assumes, Breaks: n.Breaks}
	for _, f := range n.Files {
		out.Files = append(out.Files, jsonNewFile{f.Path, string(f.Content)})
	}
	for _, f := range n.Scan.Findings {
		out.Findings = append(out.Findings, jsonFound{f.Rule, f.Severity.String(), f.File, f.Message})
	}
	return writeJSON(w, out)
}

// NewStacks writes the stacks as a table, or as JSON.
func NewStacks(w io.Writer, stacks []NewStack, st Style, asJSON bool) error {
	if asJSON {
		return newStacksJSON(w, stacks)
	}
	return newStacksText(w, stacks, st)
}

// newStacksText writes the stacks as a table: name, what it is, its version, and until when
// what its image is made of is supported.
func newStacksText(w io.Writer, stacks []NewStack, st Style) error {
	p := &printer{w: w, st: st}
	name, title := 0, 0
	for _, s := range stacks {
		name, title = max(name, len(s.Name)), max(title, len(s.Title))
	}
	for _, s := range stacks {
		var support []string
		for _, l := range s.Support {
			if l.End != "" {
				l.Of += " until " + l.End
			}
			support = append(support, l.Of)
		}
		p.line(st.paint(cyan, pad(s.Name, name)), "  ", pad(s.Title, title), "  ", strings.Join(support, ", "))
	}
	return p.err
}

type jsonStack struct {
	Name    string        `json:"name"`
	Also    []string      `json:"also"`
	Title   string        `json:"title"`
	Version string        `json:"version"`
	Images  []string      `json:"images"`
	Support []jsonSupport `json:"support"`
}

type jsonSupport struct {
	Of  string `json:"of"`
	End string `json:"end"` // empty where none is announced
}

// newStacksJSON writes the stacks as a list.
func newStacksJSON(w io.Writer, stacks []NewStack) error {
	out := make([]jsonStack, 0, len(stacks))
	for _, s := range stacks {
		one := jsonStack{Name: s.Name, Also: append([]string{}, s.Also...), Title: s.Title, Version: s.Version, Images: s.Images, Support: []jsonSupport{}}
		for _, l := range s.Support {
			one.Support = append(one.Support, jsonSupport(l))
		}
		out = append(out, one)
	}
	return writeJSON(w, out)
}
